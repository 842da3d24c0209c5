import { isSettlementError, settlementError } from '../../errors.ts'
import type { CallOptions } from './client.ts'
import type { CoinState } from './coin-history.ts'
import { type Coin, sameCoin, sum } from './transactions.ts'

export interface CoinGuard {
  stateOf(coin: Coin, options?: CallOptions): Promise<CoinState>
}

/** Coins that must not pay, by what is known of them. */
export interface Aside {
  readonly inscribed: readonly Coin[]
  readonly unknown: readonly Coin[]
}

/** Null lets every coin pay. */
export type OptionalGuard = CoinGuard | null

/** Those of some coins that must not pay. */
export async function carriers(guard: OptionalGuard, coins: readonly Coin[], options: CallOptions): Promise<Aside> {
  const aside = { inscribed: [] as Coin[], unknown: [] as Coin[] }
  if (guard === null) return aside
  for (const coin of coins) {
    const state = await guard.stateOf(coin, options)
    if (state !== 'plain') aside[state].push(coin)
  }
  return aside
}

/**
 * Builds with those coins that no inscription is on. Only what is chosen is looked at, and where one of them must not
 * pay the choice is made again without it. Throws what `build` throws for want of coins, with what was left aside.
 */
export async function withPlainCoins<T extends { readonly coins: readonly Coin[] }>(
  guard: OptionalGuard,
  available: readonly Coin[],
  build: (available: readonly Coin[]) => T,
  options: CallOptions,
): Promise<T> {
  let left = [...available]
  let aside: Aside = { inscribed: [], unknown: [] }
  const known: Coin[] = []
  const among = (coins: readonly Coin[], coin: Coin) => coins.some((one) => sameCoin(one, coin))
  for (;;) {
    let made: T
    try {
      made = build(left)
    } catch (error) {
      throw withAside(error, aside)
    }
    const chosen = made.coins.filter((coin) => among(left, coin) && !among(known, coin))
    const found = await carriers(guard, chosen, options)
    const bad = [...found.inscribed, ...found.unknown]
    if (bad.length === 0) return made
    known.push(...chosen)
    left = left.filter((coin) => !among(bad, coin))
    aside = { inscribed: [...aside.inscribed, ...found.inscribed], unknown: [...aside.unknown, ...found.unknown] }
  }
}

/** Says of E_FUNDS what else there is that was not to be spent. */
export function withAside(error: unknown, { inscribed, unknown }: Aside): unknown {
  if (!isSettlementError(error) || error.code !== 'E_FUNDS' || inscribed.length + unknown.length === 0) return error
  const parts = [
    ...(inscribed.length === 0 ? [] : [`${worth(inscribed)} satoshis are on coins that carry inscriptions`]),
    ...(unknown.length === 0 ? [] : [`of ${worth(unknown)} more the node cannot show that none do`]),
  ]
  const message = `${error.message.replace(/\.$/, '')}; ${parts.join(', and ')}.`
  return settlementError('E_FUNDS', message, { cause: error, cure: { act: 'coins-or-allow' } })
}

function worth(coins: readonly Coin[]): bigint {
  return sum(coins.map(({ value }) => value))
}
