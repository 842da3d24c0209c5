import type { BlobTable } from '../table/blobs.ts'
import { type CostOnNetwork, costOnNetwork } from './cost-to-fake.ts'
import { countTicks } from './counted-ticks.ts'
import { type Estimate, estimateReplicas } from './estimate.ts'
import { TABLE_LAG } from './ticks.ts'
import type { SeenWin, WinLog } from './win-log.ts'
import type { WinRules } from './win-rules.ts'

/** A replica that has been silent for so long would win meanwhile but for a chance below this. */
const ALARM = 1e-3

/** A key that won in a partition. */
export interface SeenKey {
  readonly key: string
  readonly wins: number
  /** Height of the block at which it last won. */
  readonly last: number
  /** It has not won for so long that it keeps no whole replica, or says nothing of it. */
  readonly silent: boolean
}

/** What one observer saw of a partition, and what may be said of it. */
export interface PartitionObservation {
  readonly partition: number
  /** Blocks at which one listened and the partition was not empty, and the first and the last of them; null where there are none. */
  readonly ticks: number
  readonly from: number | null
  readonly to: number | null
  /** Of distinct keys and blocks, verified and in time. */
  readonly wins: number
  /** Wins of one whole replica in these ticks, on average. */
  readonly expected: number
  /** Null where nothing is expected of anybody yet. */
  readonly estimate: Estimate | null
  readonly keys: readonly SeenKey[]
  /** Nobody has won for so long that a whole replica would have. */
  readonly silent: boolean
  /** Used positions now. */
  readonly fill: number
  /** What it takes to pass for one replica, a tick, on average over these blocks. */
  readonly cost: CostOnNetwork
}

/** What is known of a partition from a log of wins, by the table as it was at each block. */
export function observePartition(
  rules: WinRules,
  blobs: Pick<BlobTable, 'fillAt'>,
  log: WinLog,
  partition: number,
  /** Of the tip. */
  height: number,
  /** Core-seconds that encoding a unit takes here, where known. */
  ownUnit?: number,
): PartitionObservation {
  const { ticks, chances, expected, meanFill } = countTicks(rules, blobs, partition, log.ticks)
  const listened = new Set(ticks)
  const wins = log.winsOf(partition).filter(({ height }) => listened.has(height))
  const silence = silenceOf(ticks, chances)
  const keys = seenKeys(wins).map((seen) => ({ ...seen, silent: silence(seen.last) < ALARM }))
  const fill = blobs.fillAt(partition, height - TABLE_LAG)
  return {
    partition,
    ticks: ticks.length,
    from: ticks[0] ?? null,
    to: ticks.at(-1) ?? null,
    wins: wins.length,
    expected,
    estimate: expected > 0 ? estimateReplicas(wins.length, expected) : null,
    keys,
    silent: silence(keys.reduce((last, key) => Math.max(last, key.last), -1)) < ALARM,
    fill,
    cost: costOnNetwork(rules.params, meanFill ?? fill, ownUnit),
  }
}

/** By rising keys. */
function seenKeys(wins: readonly SeenWin[]): Omit<SeenKey, 'silent'>[] {
  const byKey = new Map<string, { readonly wins: number; readonly last: number }>()
  for (const { key, height } of wins) {
    const before = byKey.get(key) ?? { wins: 0, last: height }
    byKey.set(key, { wins: before.wins + 1, last: Math.max(before.last, height) })
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, seen]) => ({ key, ...seen }))
}

/** How likely a whole replica is not to have won at any tick above a height. */
function silenceOf(ticks: readonly number[], chances: readonly number[]): (since: number) => number {
  /** From each tick on, and 1 after the last. */
  const from = [1]
  for (const chance of chances.toReversed()) from.push((from.at(-1) as number) * (1 - chance))
  from.reverse()
  const above = new Map(ticks.map((tick, i) => [tick, i + 1]))
  return (since) => from[above.get(since) ?? 0] as number
}
