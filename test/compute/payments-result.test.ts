import { describe, expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import { resultIdentity } from '../../src/compute/result/identity.ts'
import { decodeResult, encodeResult, type TransactionsResult } from '../../src/compute/result/result-file.ts'
import { verifyPayments } from '../../src/compute/transactions/verify-payments.ts'

const result: TransactionsResult = {
  ...{
    kind: 'transactions',
    program: new Uint8Array(32).fill(7),
    height: 20,
    blockHash: blockHash(new Uint8Array(32)),
  },
  ...{ steps: 9, from: 5, to: 12, script: Uint8Array.of(0x51), outputs: 2n, sum: 2n ** 40n },
  transactions: [
    { height: 5, index: 3 },
    { height: 5, index: 4 },
    { height: 12, index: 0 },
  ],
  proof: Uint8Array.of(1, 2, 3),
}
const chain = { height: 20, tip: '00'.repeat(32), accumulator: 5n, anchor: null }

/** What is refused before any proof is looked at. */
async function refused(change: Partial<TransactionsResult>, script?: string): Promise<string> {
  const verifier = {
    poseidon: () => new Uint8Array(32),
    verify: () => Promise.reject(Object.assign(new Error('none'), { code: 'E_PROOF_INVALID' })),
  }
  const manifest = { program: { kind: 'transactions', circuit: 'a.circom', proofSystem: 'fold', script } } as const
  const options = {
    program: result.program,
    manifest: manifest as never,
    verifier: verifier as never,
    chain: chain as never,
  }
  const checked = await verifyPayments({ ...result, ...change }, options)
  return checked.ok ? 'valid' : checked.reject
}

describe('a result over transactions', () => {
  test('is read as it was written, and refused with a byte less or more', () => {
    const bytes = encodeResult(result)
    expect(decodeResult(bytes)).toEqual({ ok: true, result })
    for (let length = 0; length < bytes.length; length++) expect(decodeResult(bytes.subarray(0, length)).ok).toBe(false)
    expect(decodeResult(Uint8Array.from([...bytes, 0]))).toMatchObject({ ok: false, reject: 'trailing-bytes' })
  })

  test('has an identity that follows from script, heights and transactions, and from no sum', () => {
    const identity = (change: Partial<TransactionsResult>) =>
      Buffer.from(resultIdentity({ program: { kind: 'transactions' } } as never, { ...result, ...change })).toString(
        'hex',
      )
    const own = identity({})
    expect(identity({ sum: 1n, outputs: 9n, steps: 3 })).toBe(own)
    const { transactions } = result
    const others: Partial<TransactionsResult>[] = [
      ...[{ script: Uint8Array.of(0x52) }, { script: new Uint8Array() }, { from: 4 }, { to: 13 }],
      ...[{ transactions: transactions.slice(1) }, { transactions: [] }, { height: 21 }],
    ]
    expect(new Set([own, ...others.map(identity)]).size).toBe(others.length + 1)
  })

  test('is refused for what it says of itself', async () => {
    const { transactions } = result
    const [first, second, third] = transactions as [
      (typeof transactions)[0],
      (typeof transactions)[0],
      (typeof transactions)[0],
    ]
    for (const [change, reason] of [
      [{}, 'proof-invalid'],
      [{ program: new Uint8Array(32) }, 'wrong-program'],
      [{ height: 19 }, 'wrong-height'],
      [{ blockHash: blockHash(new Uint8Array(32).fill(1)) }, 'wrong-block'],
      [{ script: new Uint8Array(63) }, 'bad-script'],
      [{ from: 13 }, 'bad-heights'],
      [{ to: 21 }, 'bad-heights'],
      [{ transactions: [] }, 'bad-list'],
      [{ transactions: [first, first] }, 'bad-list'],
      [{ transactions: [second, first, third] }, 'bad-list'],
      [{ from: 6 }, 'bad-list'],
      [{ to: 11 }, 'bad-list'],
      [{ steps: 0 }, 'bad-steps'],
    ] as const) {
      expect({ change, reason: await refused(change) }).toEqual({ change, reason })
    }
    expect([await refused({}, '51'), await refused({}, '52')]).toEqual(['proof-invalid', 'wrong-script'])
  })
})
