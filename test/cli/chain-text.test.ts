import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeEnvelope } from '../../src/bitcoin/index.ts'
import { checkedLines } from '../../src/cli/commands/check.ts'
import { entryLine } from '../../src/cli/commands/inscriptions-index.ts'
import { jsonLine, printable, quoted } from '../../src/cli/text.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { runInProcess } from '../support/in-process.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-text-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Each of the characters that act without being seen. */
const unseen = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2064],
  [0x2066, 0x2069],
  [0xfeff, 0xfeff],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
].flatMap(([from, to]) => Array.from({ length: to! - from! + 1 }, (_, i) => String.fromCodePoint(from! + i)))

it('passes no character that acts without being seen, in JSON not either, and there with the same value', () => {
  for (const character of [...unseen, '\ud800', '\udc00']) {
    expect(printable(`a${character}b`)).toBe('a\ufffdb')
    const line = jsonLine({ [`k${character}`]: character })
    expect(printable(line)).toBe(line)
    expect(JSON.parse(line)).toEqual({ [`k${character}`]: character })
  }
  const fine = 'text/plain;charset=utf-8 äß中文 😀 "quoted"'
  expect([printable(fine), jsonLine(fine)]).toEqual([fine, JSON.stringify(fine)])
})

it('quotes and cuts a text from the chain', () => {
  expect(quoted('text/plain')).toBe('"text/plain"')
  expect(quoted('a"  b')).toBe('"a\\"  b"')
  expect(quoted('\u202egpj')).toBe('"\\u202egpj"')
  expect(quoted('x'.repeat(4_000_000))).toBe(`"${'x'.repeat(60)}"…`)
  expect(quoted(`${'x'.repeat(59)}😀`)).toBe(`"${'x'.repeat(59)}\\ud83d"…`)
})

const forged = 'text/plain  5 bytes  result seq 99\u202e\u200b\n'
const shown = '"text/plain  5 bytes  result seq 99\\u202e\\u200b\\n"'

it('lets no content type pass for a record, listed or checked', () => {
  const zeros = '00'.repeat(32)
  const place = { id: `${zeros}i0`, height: 7, blockHash: zeros, txIndex: 1, input: 0, index: 0 }
  const about = { contentType: forged, bodyLength: 5, bodySha256: zeros, metaprotocol: null, error: null }
  const line = entryLine({ ...place, ...about, record: null, recordReject: null }, '1 confirmations')
  expect(line).toBe(`${place.id}  height 7  1 confirmations  ${shown}  5 bytes`)
  const lines = checkedLines({ kind: 'inscription', payload: { ...about, metaprotocol: 'x\ny', metadata: 'ab' } }, 1)
  expect(lines).toContain(`contentType    ${shown}`)
  expect(lines).toContain('metaprotocol   "x\\ny"')
  expect(lines).toContain('metadata       ab')
})

it('lets no content type pass for a line of a scan', async () => {
  const contentType = new TextEncoder().encode(forged)
  const { headerBytes, transactions } = syntheticBlock([spend(1, [encodeEnvelope({ contentType, body: contentType })])])
  const file = join(dir, 'block.bin')
  await writeFile(file, concatBytes(headerBytes, Uint8Array.of(2), ...transactions.map(({ bytes }) => bytes)))
  const scan = async (...argv: string[]) => {
    const { exit, stdout } = await runInProcess(['inscriptions', 'scan', file, ...argv])
    expect(exit).toBe(0)
    return stdout
  }
  expect(await scan()).toContain(`\n      1  ${shown}\n`)
  const json = await scan('--json')
  expect(json).toContain('\\u202e\\u200b\\n')
  expect(JSON.parse(json)).toMatchObject({ contentType: forged })
})
