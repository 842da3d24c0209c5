import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type EnvelopeContent,
  encodeEnvelope,
  mainnet,
  type NetworkParams,
  networkHash,
  regtest,
  signet,
  testnet4,
} from '../../src/bitcoin/index.ts'
import { decodeRecord, recordContent, recordMessage, type WscRecord } from '../../src/settlement/index.ts'
import { decodeCbor, encodeCbor } from '../../src/settlement/record/cbor.ts'
import { counts } from '../../src/settlement/record/sequence.ts'
import { vector } from '../support/shared-data.ts'
import { BODY, CONTENT_TYPE, inscribed, read, SECRET_KEY, signed } from './record-fixture.ts'

const record = signed()
const content = recordContent(record, CONTENT_TYPE, BODY)
const reject = (changed: EnvelopeContent, params: NetworkParams = regtest) => {
  const result = decodeRecord(read(encodeEnvelope(changed)), params)
  return result.ok ? null : result.reject
}
const withMetadata = (value: unknown) => reject({ ...content, metadata: encodeCbor(value) })

interface Vector {
  readonly secretKey: string
  readonly networkHash: string
  readonly contentType: string
  readonly body: string
  readonly record: Readonly<Record<string, unknown>>
  readonly message: string
  readonly metadata: string
  readonly envelope: string
}

describe('the committed record', () => {
  const given = vector<Vector>('wsc-record.json')

  it('follows from key and content, byte for byte', () => {
    expect(bytesToHex(SECRET_KEY)).toBe(given.secretKey)
    expect(bytesToHex(networkHash(regtest))).toBe(given.networkHash)
    const message = recordMessage(record, { params: regtest, contentType: content.contentType!, body: BODY })
    expect(bytesToHex(message)).toBe(given.message)
    expect(bytesToHex(content.metadata!)).toBe(given.metadata)
    expect(bytesToHex(inscribed(record))).toBe(given.envelope)
  })

  it('is read from its envelope', () => {
    const result = decodeRecord(read(hexToBytes(given.envelope)), regtest)
    expect(result).toEqual({ ok: true, record, contentType: given.contentType, body: hexToBytes(given.body) })
    const shown = Object.entries(record).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? bytesToHex(value) : value,
    ])
    expect(Object.fromEntries(shown)).toEqual(given.record)
  })
})

describe('what is no record, by the rule that refuses it', () => {
  it('another metaprotocol, or none', () => {
    expect(reject({ ...content, metaprotocol: new TextEncoder().encode('wsc2') })).toBe('not-wsc')
    expect(reject({ ...content, metaprotocol: Uint8Array.of(0xff) })).toBe('not-wsc')
    const { metaprotocol: _, ...none } = content
    expect(reject(none)).toBe('not-wsc')
  })

  it('an envelope that ord would mark', () => {
    expect(reject({ ...content, pointer: 1n })).toBe('envelope-error')
    expect(reject({ ...content, metadata: new Uint8Array(521) })).toBe('envelope-error')
  })

  it('a field the signature does not cover', () => {
    expect(reject({ ...content, contentEncoding: new TextEncoder().encode('br') })).toBe('extra-field')
    expect(reject({ ...content, note: Uint8Array.of(1) })).toBe('extra-field')
    expect(reject({ ...content, delegate: Uint8Array.of(1) })).toBe('extra-field')
  })

  it('parts missing or too long', () => {
    for (const part of ['contentType', 'metadata', 'body'] as const) {
      const { [part]: _, ...rest } = content
      expect(reject(rest)).toBe('no-content')
    }
    expect(reject({ ...content, contentType: Uint8Array.of(0xc3) })).toBe('no-content')
    expect(reject({ ...content, contentType: new Uint8Array(128).fill(65) })).toBe('oversized')
    expect(reject({ ...content, body: new Uint8Array(390_001) })).toBe('oversized')
  })

  it('fields of a wrong form, and any key more or less', () => {
    for (const key of Object.keys(record)) {
      const { [key as 'v']: _, ...rest } = record
      expect(withMetadata(rest)).toBe('bad-record')
    }
    const wrong: Readonly<Record<string, unknown>>[] = [
      ...[
        { v: 2 },
        { v: '1' },
        { kind: '' },
        { kind: 'Result' },
        { kind: 'x'.repeat(33) },
        { program: new Uint8Array(31) },
      ],
      ...[{ height: -1 }, { height: 2 ** 32 }, { blockHash: 'ab'.repeat(32) }, { output: new Uint8Array(65) }],
      ...[
        { seq: -1 },
        { seq: 2n ** 60n },
        { author: new Uint8Array(33) },
        { sig: new Uint8Array(63) },
        { more: 1 },
        { v: null },
      ],
    ]
    for (const change of wrong) expect([change, withMetadata({ ...record, ...change })]).toEqual([change, 'bad-record'])
    for (const value of [1, 'text', [record], null, new Uint8Array(9)]) expect(withMetadata(value)).toBe('bad-record')
  })

  it('signed for other content, another network or by another key', () => {
    const flip = (bytes: Uint8Array, at = 0) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
    expect(reject({ ...content, body: flip(BODY, 9) })).toBe('bad-signature')
    expect(reject({ ...content, contentType: new TextEncoder().encode('text/plain') })).toBe('bad-signature')
    for (const params of [mainnet, signet, testnet4]) expect(reject(content, params)).toBe('bad-signature')
    expect(reject(content, { ...regtest, name: 'mine' })).toBeNull()
    const changes: Partial<WscRecord>[] = [
      ...[
        { kind: 'proof' },
        { program: flip(record.program) },
        { height: 1 },
        { seq: 8 },
        { output: flip(record.output) },
      ],
      ...[
        { blockHash: flip(record.blockHash) as WscRecord['blockHash'] },
        { sig: flip(record.sig) },
        { sig: flip(record.sig, 63) },
      ],
      // An author that is no point of the curve, and one that is another.
      ...[
        { author: new Uint8Array(32).fill(255) },
        { author: new Uint8Array(32) },
        { author: hexToBytes(`${'00'.repeat(31)}01`) },
      ],
    ]
    for (const change of changes) expect(withMetadata({ ...record, ...change })).toBe('bad-signature')
  })
})

describe('CBOR in one form only', () => {
  it.each([
    ['a number in a longer form', '1801', 'not-deterministic'],
    ['a string’s length in a longer form', '580100', 'not-deterministic'],
    ['a map’s length in a longer form', 'b801616101', 'not-deterministic'],
    ['an indefinite length', 'bf616101ff', 'not-deterministic'],
    ['indefinite bytes', '5f4100ff', 'not-deterministic'],
    ['keys out of order', 'a2616201616102', 'not-deterministic'],
    ['keys in the old canonical order', 'a3616201626161026163 03'.replace(' ', ''), 'not-deterministic'],
    ['a key twice', 'a2616101616102', 'not-deterministic'],
    ['a float that is a whole number', 'f93c00', 'not-deterministic'],
    ['a tag that reads as something else', 'd8236161', 'not-deterministic'],
    ['bytes after the value', '0101', 'not-cbor'],
    ['nothing', '', 'not-cbor'],
    ['a length beyond the end', '5affffffff', 'not-cbor'],
    ['an array longer than memory', '9bffffffffffffffff', 'not-cbor'],
    ['text that is not UTF-8', '6180', 'not-cbor'],
    ['a reserved length', '1c', 'not-cbor'],
    ['too deep', `${'81'.repeat(20)}01`, 'not-cbor'],
  ])('%s', (_, hex, expected) => {
    expect(decodeCbor(hexToBytes(hex))).toMatchObject({ ok: false, reject: expected })
  })

  it('whatever is read encodes to the same bytes, and no bytes crash it', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const result = decodeCbor(bytes)
      if (result.ok) expect(encodeCbor(result.value)).toEqual(bytes)
    })
    fc.assert(property, { numRuns: 20_000 })
  })

  it('an altered record is never read as another that holds', () => {
    const metadata = content.metadata!
    const property = fc.property(fc.nat(metadata.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const altered = metadata.map((byte, i) => (i === at ? byte ^ mask : byte))
      expect(reject({ ...content, metadata: altered })).not.toBeNull()
    })
    fc.assert(property, { numRuns: 300 })
  })
})

describe('seq', () => {
  it('rises for each author and program; of two equal ones the earlier counts', () => {
    expect([counts(0, undefined), counts(5, undefined), counts(6, 5), counts(5, 5), counts(4, 5)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})
