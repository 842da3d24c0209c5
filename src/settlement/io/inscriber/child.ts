import type { Transaction } from 'bitcoinjs-lib'
import { settlementError } from '../../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { type Evicted, outbid } from './funding.ts'
import { type Coin, feeFor, POSTAGE, spendable, spendCoins, spendSize, sum } from './transactions.ts'

export interface ChildRequest {
  readonly wallet: Wallet
  readonly reveals: readonly Transaction[]
  /** Of those it is to pay for, reveals and perhaps their commit. */
  readonly parents: { readonly vsize: number; readonly fees: bigint }
  /** The wallet's, free. */
  readonly available: readonly Coin[]
  /** For the child and those it pays for, together. */
  readonly feeRate: number
  /** Children of the same reveals that it is to replace. */
  readonly evicts?: Evicted | undefined
}

export interface Child {
  readonly tx: Transaction
  readonly vsize: number
  readonly fee: bigint
  /** Besides the outputs of the reveals. */
  readonly coins: readonly Coin[]
}

/**
 * Spends the outputs of reveals together with coins, all to the wallet: a miner who wants its fee has to take its
 * parents. One for all, so that what the commit lacks is paid once. Each inscription goes on to an output of postage of
 * its own, in the order of the reveals, and the change comes after them: ord's sats go from inputs to outputs in order,
 * so that none of them is on what pays for others.
 */
export function buildChild(request: ChildRequest): Child {
  const { wallet, reveals, parents, available, feeRate, evicts } = request
  const inscriptions = reveals.map((reveal): Coin => ({ txid: reveal.getHash(), vout: 0, value: POSTAGE }))
  const postage = reveals.map(() => ({ script: wallet.script, value: POSTAGE }))
  const coins: Coin[] = []
  const rest = spendable(available)
  const feeOf = (size: number) => {
    const least = [feeFor(parents.vsize + size, feeRate) - parents.fees, feeFor(size, feeRate), outbid(evicts, size)]
    return least.reduce((a, b) => (a > b ? a : b))
  }
  for (;;) {
    const total = sum(coins.map(({ value }) => value))
    const inputs = [...inscriptions, ...coins]
    const made = (outputs: typeof postage, fee: bigint): Child => {
      const tx = spendCoins(wallet, inputs, outputs)
      return { tx, vsize: tx.virtualSize(), fee, coins }
    }
    const fee = feeOf(spendSize(inputs, [...postage, { script: wallet.script, value: 0n }]))
    // An output of postage would pass for an inscription's.
    if (total - fee > POSTAGE) return made([...postage, { script: wallet.script, value: total - fee }], fee)
    if (total > 0n && total >= feeOf(spendSize(inputs, postage))) return made(postage, total)
    const next = rest.shift()
    if (next === undefined) {
      const cure = { act: 'send-coins', subject: wallet.address }
      throw settlementError('E_FUNDS', `a child that pays ${fee} satoshis takes more coins.`, { cure })
    }
    coins.push(next)
  }
}
