import type { BlobTable } from '../table/blobs.ts'
import { winProbability } from './threshold.ts'
import { TABLE_LAG } from './ticks.ts'
import type { WinRules } from './win-rules.ts'

/** Ticks at which a partition could be won, and what one whole replica has of them. */
export interface CountedTicks {
  /** Heights, in the order given. */
  readonly ticks: readonly number[]
  /** To win each of them. */
  readonly chances: readonly number[]
  /** Wins in all, on average. */
  readonly expected: number
  /** Used positions, on average; null where there are none. */
  readonly meanFill: number | null
}

/** Those of some ticks at which the partition was not empty, by the table as it was for each: in an empty one nobody can win. */
export function countTicks(
  { threshold }: Pick<WinRules, 'threshold'>,
  blobs: Pick<BlobTable, 'fillAt'>,
  partition: number,
  heights: Iterable<number>,
): CountedTicks {
  const [ticks, chances]: [number[], number[]] = [[], []]
  let [expected, fills] = [0, 0]
  for (const tick of heights) {
    const fill = blobs.fillAt(partition, tick - TABLE_LAG)
    if (fill === 0) continue
    const chance = winProbability(threshold, fill)
    ticks.push(tick)
    chances.push(chance)
    expected += chance
    fills += fill
  }
  return { ticks, chances, expected, meanFill: ticks.length === 0 ? null : fills / ticks.length }
}
