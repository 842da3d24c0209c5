import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EnvelopeContent, encodeEnvelope, parseEnvelopes, regtest } from '../../src/bitcoin/index.ts'
import { argument, readBatch, readInscription, readJson } from '../../src/cli/inscription-input.ts'
import {
  composeInscription,
  decodeRecord,
  type Json,
  parseJson,
  recordContent,
  signRecord,
} from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { MAX_CONTENT_TYPE_BYTES } from '../../src/settlement/record/record.ts'

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
const jsonOf = (value: unknown): Json => {
  const result = parseJson(JSON.stringify(value))
  if (!result.ok) throw new Error(result.detail)
  return result.value
}
const envelopeOf = (script: Uint8Array) => parseEnvelopes({ inputs: [{ witness: [script, new Uint8Array(33)] }] })[0]!

describe('what is to be inscribed', () => {
  it('is a record by the rules of records: what they refuse is not written', async () => {
    const { envelope } = await readInscription({ body, metadata: jsonOf(record) }, wallet)
    const read = decodeRecord(envelopeOf(envelope), regtest)
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
      { seq: 1.5 },
      { sig: 'ef' },
    ]) {
      const [field] = Object.keys(change)
      await expect(readInscription({ body, metadata: jsonOf({ ...record, ...change }) }, wallet)).rejects.toThrow(field)
    }
  })

  it('lacks nothing, else one line says what, and how it would be none', async () => {
    const { height, blockHash, ...rest } = record
    for (const [about, lacks] of [
      [{ kind: 'result' }, 'program, height, blockHash, output, seq'],
      [rest, 'height, blockHash'],
    ] as const) {
      await expect(readInscription({ body, metadata: jsonOf(about) }, wallet)).rejects.toThrow(
        new RegExp(`^the metadata is no record of wsc: it lacks ${lacks}; without "kind" .*docs/settlement.md[^\\n]*$`),
      )
    }
    const wrong = jsonOf({ ...record, height: -1, seq: 1.5 })
    await expect(readInscription({ body, metadata: wrong }, wallet)).rejects.toThrow(
      /wsc: height: [^\n]+; seq: [^\n]+$/,
    )
  })

  it('has no field that only the language knows, and no number that is another', async () => {
    const text = JSON.stringify(record)
    for (const [changed, wanted] of [
      [text.replace('{', '{"__proto__":{"seq":9},'), '"__proto__"'],
      [text.replace('"seq":1', '"seq":9007199254740993'), 'seq'],
    ] as const) {
      expect(changed).not.toBe(text)
      await expect(readInscription({ body, metadata: readJson(changed, 'it') }, wallet)).rejects.toThrow(wanted)
    }
  })

  it('has a content type as long as a record may have, and no longer', async () => {
    const type = (length: number) => readInscription({ body, contentType: 'a'.repeat(length) }, wallet)
    await expect(type(MAX_CONTENT_TYPE_BYTES)).resolves.toMatchObject({ record: null })
    for (const length of [0, MAX_CONTENT_TYPE_BYTES + 1]) {
      await expect(type(length)).rejects.toThrow(`1 to ${MAX_CONTENT_TYPE_BYTES} bytes`)
    }
    await expect(readInscription({ body, contentType: 'text/\ud800' }, wallet)).rejects.toThrow('of text')
  })

  it('keeps any JSON object, and refuses what it cannot keep', () => {
    const compose = (metadata: Json) => composeInscription({ body: Uint8Array.of(1), metadata }, wallet)
    const kept = compose(readJson('{"__proto__":{"x":1},"y":2,"f":1.5,"n":-0,"i":9007199254740993}', 'it'))
    expect(kept).toMatchObject({ ok: true, record: null })
    expect(kept.ok && envelopeOf(kept.envelope).metadata?.[0]).toBe(0xa5)
    expect(compose(jsonOf([]))).toMatchObject({ reject: 'bad-metadata' })
    expect(compose(jsonOf(null))).toMatchObject({ reject: 'bad-metadata' })
    expect(compose(jsonOf({ a: 'x'.repeat(4_096) }))).toMatchObject({ reject: 'metadata-too-long' })
    // Not out of `parseJson`: half a letter would become U+FFFD.
    expect(compose(new Map([['a', '\ud800']]))).toMatchObject({ reject: 'not-kept' })
    for (const text of ['{"a":"\\ud800"}', '{"a":1e400}', '{"a":18446744073709551617}', '{"a":1,"a":2}']) {
      expect(() => readJson(text, '--metadata')).toThrow(/--metadata cannot be kept as it is/)
    }
  })

  it('is signed by a signer that keeps to what was asked, or not at all', () => {
    const liar = {
      params: regtest,
      signRecord: (...[about, content]: Parameters<Wallet['signRecord']>) => ({
        ...wallet.signRecord(about, content),
        seq: 2,
      }),
    }
    expect(composeInscription({ body: Uint8Array.of(1), metadata: jsonOf(record) }, liar)).toMatchObject({
      reject: 'not-kept',
    })
  })
})

describe('a record that was altered is refused by name', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const content = { params: regtest, contentType: bytes('text/plain'), body: bytes('hello') }
  const zeros = new Uint8Array(32)
  const about = { v: 1 as const, kind: 'result', program: zeros, height: 7, blockHash: zeros, output: zeros, seq: 1 }
  const signed = signRecord(about as never, content, zeros.with(31, 1), zeros)
  const made = recordContent(signed, 'text/plain', content.body)
  const rejectOf = (altered: EnvelopeContent) => {
    const read = decodeRecord(envelopeOf(encodeEnvelope(altered)), regtest)
    return read.ok ? null : read.reject
  }
  const flipped = (data: Uint8Array, at: number) => data.map((byte, i) => (i === at ? byte ^ 1 : byte))
  const again = (change: object) => recordContent({ ...signed, ...change }, 'text/plain', content.body)

  it.each<[string, EnvelopeContent, string | null]>([
    ['nothing', made, null],
    ['body', { ...made, body: flipped(content.body, 0) }, 'bad-signature'],
    ['content type', { ...made, contentType: bytes('text/plaim') }, 'bad-signature'],
    ['author', again({ author: wallet.publicKey }), 'bad-signature'],
    ['signature', again({ sig: flipped(signed.sig, 40) }), 'bad-signature'],
    ['output', again({ output: flipped(zeros, 3) }), 'bad-signature'],
    ['seq', again({ seq: 2 }), 'bad-signature'],
    ['height', again({ height: 8 }), 'bad-signature'],
    ['block', again({ blockHash: flipped(zeros, 9) }), 'bad-signature'],
    ['program', again({ program: flipped(zeros, 9) }), 'bad-signature'],
    ['kind', again({ kind: 'proof' }), 'bad-signature'],
    ['version', again({ v: 2 }), 'bad-record'],
    ['a field more', again({ x: 1 }), 'bad-record'],
    ['the metadata cut', { ...made, metadata: made.metadata!.subarray(0, -1) }, 'not-cbor'],
  ])('%s', (_, altered, reject) => {
    expect(rejectOf(altered)).toBe(reject)
  })
})

describe('what the command line gives', () => {
  it('is refused where letters were lost before anyone saw them', () => {
    expect(argument('{"a":"ü"}', '--metadata', 'use --batch')).toBe('{"a":"ü"}')
    expect(() => argument('{"a":"\ufffd"}', '--metadata', 'use --batch')).toThrow(
      /--metadata holds U\+FFFD.*use --batch/,
    )
  })

  it('may be a batch, whose metadata loses nothing either', async () => {
    const file = join(dir, 'batch.json')
    await writeFile(file, '\ufeff[{"body":"b","metadata":{"__proto__":1.0}},{"body":"c","contentType":"text/plain"}]')
    const [first, second] = await readBatch(file)
    expect(first?.metadata).toEqual(readJson('{"__proto__":1.0}', 'it'))
    expect(second).toEqual({ body: 'c', contentType: 'text/plain' })
    for (const [text, wanted] of [
      ['[]', 'no batch'],
      ['{}', 'no batch'],
      ['[1]', 'no batch'],
      ['[{"body":"b","x":1}]', 'no batch'],
      ['[{"body":"b","body":"c"}]', 'duplicate-key'],
      ['[', 'no JSON'],
    ] as const) {
      await writeFile(file, text)
      await expect(readBatch(file)).rejects.toThrow(wanted)
    }
    await writeFile(file, Uint8Array.of(0x5b, 0xff, 0x5d))
    await expect(readBatch(file)).rejects.toThrow('no UTF-8')
  })
})
