import { type Result, rejection } from '../../lib/index.ts'
import { type CountedEntry, doesCount } from './entry.ts'
import type { Place, ResultChain } from './since.ts'

/** A result that counts. */
export interface Counted {
  /** That holds its record. */
  readonly block: Place
  readonly result: CountedEntry
}

/**
 * Of a program's results that count in blocks up to a height the one of the greatest height, of several of one height the first in the
 * chain's order: so no record that comes later brings an older result back. Null where there is none.
 *
 * @param program 64 hex digits
 */
export async function latestResult(
  chain: Pick<ResultChain, 'heights' | 'at'>,
  program: string,
  to: number,
): Promise<Counted | null> {
  let latest: Counted | null = null
  for (const at of (await chain.heights(0)).filter((height) => height <= to).reverse()) {
    // A result is of a block before its record's: further down there is none of so great a height.
    if (latest !== null && at <= latest.result.height) break
    for (const one of (await counted(chain, program, at)).reverse()) {
      if (latest === null || one.result.height >= latest.result.height) latest = one
    }
  }
  return latest
}

/** The same up to a block. `moving` where that is not in, or not any more. */
export async function latestUpTo(
  chain: ResultChain,
  program: string,
  { height, hash }: Place,
): Promise<Result<{ readonly counted: Counted | null }, 'moving'>> {
  if (height <= chain.base.height) return { ok: true, counted: null }
  const isIn = height <= chain.tip.height && (await chain.at(height)).hash === hash
  if (!isIn) return rejection('moving', `the index of results does not have block ${hash}`)
  return { ok: true, counted: await latestResult(chain, program, height) }
}

/** The results that became the latest, one after the other, of those of heights from `since` on; of one block the last of them. */
export async function risingResults(
  chain: Pick<ResultChain, 'heights' | 'at'>,
  program: string,
  since: number,
): Promise<Counted[]> {
  const rising: Counted[] = []
  let height = since - 1
  for (const at of await chain.heights(since + 1)) {
    let last: Counted | null = null
    for (const one of await counted(chain, program, at)) {
      if (one.result.height <= height) continue
      ;({ height } = one.result)
      last = one
    }
    if (last !== null) rising.push(last)
  }
  return rising
}

async function counted(chain: Pick<ResultChain, 'at'>, program: string, at: number): Promise<Counted[]> {
  const { height, hash, entries } = await chain.at(at)
  const own = entries.filter(doesCount).filter((entry) => entry.program === program)
  return own.map((result) => ({ block: { height, hash }, result }))
}
