import { expect, test } from 'vitest'
import { blockHash, parseEnvelopes, regtest } from '../../src/bitcoin/index.ts'
import { type CircuitResult, encodeResult } from '../../src/compute/result/result-file.ts'
import { readResultRecord, resultDraft } from '../../src/compute/results/result-record.ts'
import { composeInscription, decodeRecord } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { leafScript, revealSize } from '../../src/settlement/io/inscriber/transactions.ts'

const wallet = new Wallet(regtest, new Uint8Array(32).fill(9))
/** As long as a Groth16 proof, with six public values. */
const result: CircuitResult = {
  ...{
    kind: 'circuit',
    program: new Uint8Array(32).fill(1),
    height: 850_000,
    blockHash: blockHash(new Uint8Array(32)),
  },
  ...{ values: [1n, 2n, 3n, 4n, 5n, 6n], proof: new Uint8Array(256).fill(4) },
}
const scriptOf = (seq: number) => {
  const made = composeInscription(resultDraft(result, encodeResult(result), seq), wallet)
  if (!made.ok) throw new Error(made.detail)
  return leafScript(wallet, made.envelope)
}

test('a result by Groth16 with six public values is revealed by 330 virtual bytes', () => {
  expect(revealSize(wallet, scriptOf(1))).toBe(330)
})

test('what is composed is read back as the same result, and as no other', () => {
  const [envelope] = parseEnvelopes({ inputs: [{ witness: [scriptOf(3), new Uint8Array(33)] }] })
  const decoded = decodeRecord(envelope!, regtest)
  if (!decoded.ok) throw new Error(decoded.detail)
  expect(readResultRecord(decoded)).toEqual({ ok: true, result })
  const { record } = decoded
  for (const [other, reject] of [
    [{ ...decoded, contentType: 'application/octet-stream' }, 'wrong-content-type'],
    [{ ...decoded, record: { ...record, output: new Uint8Array(1) } }, 'output-not-empty'],
    [{ ...decoded, record: { ...record, program: new Uint8Array(32) } }, 'other-than-its-record'],
    [{ ...decoded, record: { ...record, height: 1 } }, 'other-than-its-record'],
    [{ ...decoded, body: decoded.body.subarray(1) }, 'not-a-result'],
  ] as const) {
    expect(readResultRecord(other)).toMatchObject({ ok: false, reject })
  }
})
