import type { Transaction } from 'bitcoinjs-lib'
import { type Coin, feeFor, type Output, type TicketCoin } from './transactions.ts'

/** Core: policy/policy.h, DEFAULT_INCREMENTAL_RELAY_FEE: what a replacement pays on top, satoshis a virtual byte. */
const INCREMENTAL_RELAY = 1

export interface FundRequest {
  readonly outputs: readonly Output[]
  /** Satoshis a virtual byte. */
  readonly feeRate: number
  /** Coins of unfinished jobs: not to be spent, those of `replaces` excepted. */
  readonly claimed: readonly Coin[]
  readonly replaces?: Replaced | undefined
  /** Spent too, and made anew by the output after those asked for. */
  readonly ticket?: TicketCoin | undefined
}

/** What leaves the mempool for a replacement. */
export interface Evicted {
  /** Of everything that goes, descendants too: a node takes the new transaction only if it pays more than that alone. */
  readonly fee: bigint
  /** Satoshis a virtual byte of those that spend the same coins, by themselves: the greatest. */
  readonly ownRate: number
}

/** The commit that a new one is to replace (BIP125). */
export interface Replaced extends Evicted {
  /** Spent again, all of them. */
  readonly coins: readonly Coin[]
}

export interface FundedCommit {
  /** What it spends. */
  readonly coins: readonly Coin[]
  /** Signed. */
  readonly commit: Transaction
  readonly fee: bigint
}

/** Who pays for commits. */
export interface Funding {
  /** A signed commit that pays exactly these outputs, in this order; change comes after them. Nothing is kept or sent. */
  fund(request: FundRequest): Promise<FundedCommit>
  /** Keeps these coins, of a job that is on disk, from whoever else spends with the same keys. */
  reserve(coins: readonly Coin[]): Promise<void>
  /** Takes that back. */
  release(coins: readonly Coin[]): Promise<void>
}

export function leastFee({ feeRate, replaces }: Pick<FundRequest, 'feeRate' | 'replaces'>, vsize: number): bigint {
  const fee = feeFor(vsize, feeRate)
  const replacing = outbid(replaces, vsize)
  return fee > replacing ? fee : replacing
}

/** What a replacement of so many virtual bytes pays at least (Core: policy/rbf.cpp, PaysForRBF, PaysMoreThanConflicts). */
export function outbid(evicts: Evicted | undefined, vsize: number): bigint {
  if (evicts === undefined || evicts.fee === 0n) return 0n
  const all = evicts.fee + feeFor(vsize, INCREMENTAL_RELAY)
  const own = feeFor(vsize, evicts.ownRate) + 1n
  return all > own ? all : own
}
