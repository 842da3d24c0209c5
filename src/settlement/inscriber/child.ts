import { Transaction } from 'bitcoinjs-lib'
import { SettlementError } from '../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { type Coin, feeFor, POSTAGE, spendable, spendCoins, spendSize, sum } from './transactions.ts'

export interface ChildRequest {
  readonly wallet: Wallet
  readonly commit: { readonly hex: string }
  readonly reveal: { readonly hex: string }
  /** Whether the commit waits too. */
  readonly commitWaits: boolean
  /** Of the coins the commit spends. */
  readonly commitValues: readonly bigint[]
  readonly available: readonly Coin[]
  /** For the child and those it pays for, together. */
  readonly feeRate: number
}

/**
 * Spends the reveal's output together with coins, all to the wallet: a miner who wants its fee has to take its parents.
 * The inscription stays on the first sat of its output.
 */
export function buildChild(request: ChildRequest): Transaction {
  const { wallet, available, feeRate } = request
  const commit = Transaction.fromHex(request.commit.hex)
  const reveal = Transaction.fromHex(request.reveal.hex)
  const out = (tx: Transaction) => sum(tx.outs.map(({ value }) => value))
  let vsize = reveal.virtualSize()
  let paid = commit.outs[reveal.ins[0]!.index]!.value - out(reveal)
  if (request.commitWaits) {
    vsize += commit.virtualSize()
    paid += sum(request.commitValues) - out(commit)
  }
  const coins: Coin[] = [{ txid: reveal.getHash(), vout: 0, value: reveal.outs[0]!.value }]
  const rest = spendable(available)
  for (;;) {
    const size = spendSize(coins, [{ script: wallet.script, value: 0n }])
    const whole = feeFor(vsize + size, feeRate) - paid
    const own = feeFor(size, feeRate)
    const fee = whole > own ? whole : own
    const value = sum(coins.map((coin) => coin.value)) - fee
    if (value >= POSTAGE) return spendCoins(wallet, coins, [{ script: wallet.script, value }])
    const next = rest.shift()
    if (next === undefined) {
      const cure = `Send coins to ${wallet.address} and wait until they are confirmed.`
      throw new SettlementError('E_FUNDS', `a child that pays ${fee} satoshis takes more coins. ${cure}`)
    }
    coins.push(next)
  }
}
