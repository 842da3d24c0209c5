import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseEnvelopes, regtest } from '../../src/bitcoin/index.ts'
import { readInscription } from '../../src/cli/inscription-input.ts'
import { decodeRecord, MAX_CONTENT_TYPE_BYTES } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'

let dir: string
let body: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-input-'))
  body = join(dir, 'body')
  await writeFile(body, 'hello')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const wallet = new Wallet(regtest, new Uint8Array(32).fill(1))
const record = {
  kind: 'result',
  program: 'ab'.repeat(32),
  height: 7,
  blockHash: `00${'cd'.repeat(31)}`,
  output: 'ef',
  seq: 1,
}

describe('what is to be inscribed', () => {
  it('is a record by the rules of records: what they refuse is not written', async () => {
    const script = await readInscription({ body, metadata: record }, wallet)
    const [envelope] = parseEnvelopes({ inputs: [{ witness: [script, new Uint8Array(33)] }] })
    const read = decodeRecord(envelope!, regtest)
    expect(read).toMatchObject({
      ok: true,
      record: { v: 1, kind: 'result', program: new Uint8Array(32).fill(0xab), output: Uint8Array.of(0xef) },
    })
    expect(read.ok && read.record.blockHash.at(-1)).toBe(0)
    for (const change of [
      { kind: 'No Kind' },
      { program: 'ab'.repeat(31) },
      { program: 'AB'.repeat(32) },
      { height: 2 ** 32 },
      { blockHash: 'cd' },
      { output: 'ef'.repeat(65) },
      { output: 'e' },
      { seq: -1 },
      { sig: 'ef' },
    ]) {
      const [field] = Object.keys(change)
      await expect(readInscription({ body, metadata: { ...record, ...change } }, wallet)).rejects.toThrow(field)
    }
  })

  it('has a content type as long as a record may have, and no longer', async () => {
    const type = (length: number) => readInscription({ body, contentType: 'a'.repeat(length) }, wallet)
    await expect(type(MAX_CONTENT_TYPE_BYTES)).resolves.toBeInstanceOf(Uint8Array)
    for (const length of [0, MAX_CONTENT_TYPE_BYTES + 1]) {
      await expect(type(length)).rejects.toThrow(`1 to ${MAX_CONTENT_TYPE_BYTES} bytes`)
    }
  })
})
