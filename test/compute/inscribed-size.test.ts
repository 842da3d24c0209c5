import { expect, test } from 'vitest'
import { blockHash, regtest } from '../../src/bitcoin/index.ts'
import { encodeResult } from '../../src/compute/index.ts'
import { resultDraft } from '../../src/compute/results/result-record.ts'
import { GROTH16_PROOF_BYTES } from '../../src/proving/groth16/verifier.ts'
import { composeInscription } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { leafScript } from '../../src/settlement/io/inscriber/transactions.ts'
import { makePlan } from '../support/inscriber-place.ts'

const wallet = new Wallet(regtest, new Uint8Array(32).fill(5))
const coin = { txid: new Uint8Array(32).fill(1), vout: 0, value: 100_000n }

/** Virtual bytes of the reveal of a result by Groth16 with so many public values, as the inscriber plans it; bytes of its body. */
function revealOf(values: number, height = 840_000) {
  const result = {
    ...({ kind: 'circuit', program: new Uint8Array(32).fill(0xab), height } as const),
    blockHash: blockHash(new Uint8Array(32).fill(0xcd)),
    values: Array.from({ length: values }, (_, i) => (1n << 253n) + BigInt(i)),
    proof: new Uint8Array(GROTH16_PROOF_BYTES).fill(0xef),
  }
  const body = encodeResult(result)
  const made = composeInscription(resultDraft(result, body, 1_000_000), wallet)
  if (!made.ok) throw new Error(made.detail)
  const plan = makePlan({ wallet, leaves: [leafScript(wallet, made.envelope)], available: [coin], feeRate: 1 })
  return { bytes: body.length, vsize: plan.reveals[0]!.virtualSize() }
}

test('a result by Groth16 with six public values takes one reveal of at most 330 virtual bytes', () => {
  const { bytes, vsize } = revealOf(6)
  expect({ bytes, vsize }).toEqual({ bytes: 396, vsize: 299 })
  expect(vsize).toBeLessThanOrEqual(330)
})
