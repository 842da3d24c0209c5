import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEnvelopes, regtest } from '../../src/bitcoin/index.ts'
import { POSTAGE, Wallet } from '../../src/settlement/io/index.ts'
import { requireRelayable } from '../../src/settlement/io/inscriber/plan.ts'
import { type Coin, leafScript } from '../../src/settlement/io/inscriber/transactions.ts'
import { makePlan, textEnvelope } from '../support/inscriber-place.ts'

const wallet = new Wallet(regtest, new Uint8Array(32).fill(5))
const coin = (value: bigint, n = 0): Coin => ({ txid: new Uint8Array(32).fill(n + 1), vout: n, value })
const leaves = (...texts: string[]) => texts.map((text) => leafScript(wallet, textEnvelope(text)))
const codeOf = (work: () => unknown) => {
  try {
    work()
    return null
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

describe('commit and reveals', () => {
  it('pay exactly the rate, and account for every satoshi', () => {
    const property = fc.property(
      fc.array(fc.bigInt({ min: 400n, max: 30_000n }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.string({ maxLength: 600 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 20 }),
      (values, texts, feeRate) => {
        const available = values.map(coin)
        const request = { wallet, leaves: leaves(...texts), available, feeRate }
        if (codeOf(() => makePlan(request)) === 'E_FUNDS') return
        const { coins, commit, reveals, cost } = makePlan(request)
        const into = coins.reduce((sum, { value }) => sum + value, 0n)
        const out = commit.outs.reduce((sum, { value }) => sum + value, 0n)
        expect(into - out).toBe(cost.commitFee)
        // Change too small for an output goes to the fee, and nothing else does.
        const wanted = BigInt(Math.ceil(commit.virtualSize() * feeRate))
        expect(cost.commitFee >= wanted).toBe(true)
        expect(cost.commitFee < wanted + POSTAGE + BigInt(Math.ceil(43 * feeRate))).toBe(true)
        for (const [i, reveal] of reveals.entries()) {
          expect(reveal.ins[0]).toMatchObject({ hash: commit.getHash(), index: i })
          expect(reveal.outs).toEqual([{ script: wallet.script, value: POSTAGE }])
          expect(commit.outs[i]!.value - POSTAGE).toBe(BigInt(Math.ceil(reveal.virtualSize() * feeRate)))
          const [envelope] = parseEnvelopes({ inputs: [{ witness: reveal.ins[0]!.witness }] })
          expect(new TextDecoder().decode(envelope!.body!)).toBe(texts[i])
          expect(envelope!.error).toBeNull()
        }
      },
    )
    fc.assert(property, { numRuns: 40 })
  })

  it('outputs of inscriptions are never spent', () => {
    const available = [coin(POSTAGE, 1), coin(POSTAGE, 2), coin(1_000n, 3)]
    expect(makePlan({ wallet, leaves: leaves('x'), available, feeRate: 1 }).coins).toEqual([coin(1_000n, 3)])
    expect(codeOf(() => makePlan({ wallet, leaves: leaves('x'), available: available.slice(0, 2), feeRate: 1 }))).toBe(
      'E_FUNDS',
    )
  })

  it('a replacement spends the same coins and pays more in all', () => {
    const first = makePlan({ wallet, leaves: leaves('x'), available: [coin(9_000n, 1)], feeRate: 2 })
    const replaces = { coins: first.coins, fee: first.cost.fees, ownRate: 2 }
    const request = { wallet, leaves: leaves('x'), replaces, available: [coin(50_000n, 2)] }
    const second = makePlan({ ...request, feeRate: 2.1 })
    expect(second.coins).toEqual(first.coins)
    // More than commit and reveals before it, by the commit alone: nodes judge it before they see its reveals.
    expect(second.cost.commitFee).toBe(first.cost.fees + BigInt(second.commit.virtualSize()))
    const third = makePlan({ ...request, feeRate: 60 })
    expect(third.coins.slice(0, 1)).toEqual(first.coins)
    expect(third.coins).toHaveLength(2)
  })

  it('are no more than nodes relay', () => {
    const available = [coin(10_000_000n)]
    expect(codeOf(() => makePlan({ wallet, leaves: leaves('x'.repeat(399_500)), available, feeRate: 1 }))).toBe(
      'E_TOO_LARGE',
    )
    const many = leaves(...Array.from({ length: 25 }, (_, i) => String(i)))
    expect(codeOf(() => makePlan({ wallet, leaves: many, available, feeRate: 1 }))).toBe('E_TOO_LARGE')
    expect(codeOf(() => makePlan({ wallet, leaves: many.slice(0, 24), available, feeRate: 1 }))).toBeNull()
    expect(codeOf(() => requireRelayable([1_000, 50_000, 50_000]))).toBeNull()
    expect(codeOf(() => requireRelayable([1_001, 50_000, 50_000]))).toBe('E_TOO_LARGE')
  })
})
