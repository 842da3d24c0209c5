import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attestationKind } from '../../src/bus/peers/attestation-kind.ts'
import { pathKind } from '../../src/bus/peers/path-kind.ts'
import { proofGossip, proofKind } from '../../src/bus/peers/proof-kind.ts'
import type { Codec } from '../../src/bus/peers/transport.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'

const txid = `${'00'.repeat(31)}ff`

function expectForm<Value>(codec: Codec<Value>, value: Value, hex: string) {
  expect(bytesToHex(codec.encode(value))).toBe(hex)
  expect(codec.decode(hexToBytes(hex))).toEqual({ ok: true, value })
}

describe('messages of the bus among peers', () => {
  it('have these bytes', () => {
    expectForm(proofKind.question, null, '')
    expectForm(proofKind.question, new Uint8Array(32).fill(0xab), 'ab'.repeat(32))
    expectForm(proofKind.answer, null, '')
    expectForm(proofKind.answer, Uint8Array.of(1, 2), '0102')
    expectForm(pathKind.question, 824_544, 'e0940c00')
    expectForm(
      pathKind.answer,
      { tipHeight: 10, height: 7, path: [1n, 2n ** 253n] },
      `0a00000007000000${'01'.padEnd(64, '0')}${'20'.padStart(64, '0')}`,
    )
    expectForm(attestationKind.question, { kind: 'header', height: 7 }, '0107000000')
    expectForm(attestationKind.question, { kind: 'tx', txid, height: undefined }, `02${txid}`)
    expectForm(attestationKind.question, { kind: 'tx', txid, height: 9 }, `02${txid}09000000`)
    expectForm(
      attestationKind.question,
      { kind: 'inscription', id: `${txid}i3`, height: undefined },
      `03${txid}03000000`,
    )
    expectForm(attestationKind.question, { kind: 'output', txid, output: 1, height: 9 }, `04${txid}0100000009000000`)
    expectForm(proofGossip.message, Uint8Array.of(1, 2), '0102')
  })

  it.each<[string, { decode(bytes: Uint8Array): { ok: boolean } }, string]>([
    ['a digest of 31 bytes', proofKind.question, 'ab'.repeat(31)],
    ['a height of 3 bytes', pathKind.question, '010203'],
    ['a path without heights', pathKind.answer, '01020304'],
    ['a path outside the field', pathKind.answer, `0a00000007000000${'ff'.repeat(32)}`],
    ['a path of half an element', pathKind.answer, `0a00000007000000${'00'.repeat(16)}`],
    ['no kind', attestationKind.question, ''],
    ['an unknown kind', attestationKind.question, `05${txid}00000000`],
    ['a header without height', attestationKind.question, '01'],
    ['a transaction id cut off', attestationKind.question, `02${'00'.repeat(31)}`],
    ['a height cut off', attestationKind.question, `02${txid}0900`],
    ['an output without number', attestationKind.question, `04${txid}`],
    ['an empty piece', attestationKind.answer, ''],
    ['a gossip of nothing', proofGossip.message, ''],
  ])('refuse %s', (_, codec, hex) => {
    expect(codec.decode(hexToBytes(hex))).toMatchObject({ ok: false, reject: 'malformed' })
  })

  it('have one form each: what can be read is written as it was', () => {
    const codecs = [
      proofKind.question,
      pathKind.question,
      pathKind.answer,
      attestationKind.question,
    ] as Codec<unknown>[]
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.integer({ min: 0, max: 5 }), fc.uint8Array({ minLength: 36, maxLength: 40 }))
        .map(([kind, rest]) => Uint8Array.of(kind, ...rest)),
    )
    fc.assert(
      fc.property(fc.constantFrom(...codecs), bytes, (codec, message) => {
        const read = codec.decode(message)
        if (read.ok) expect(codec.encode(read.value)).toEqual(message)
      }),
    )
  })
})
