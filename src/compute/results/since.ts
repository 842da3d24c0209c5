import { type Result, rejection } from '../../lib/index.ts'
import type { Cursor } from './cursor.ts'
import { type CountedEntry, doesCount, type LostBlock, type ResultBlock } from './entry.ts'

/** What readers are told of, in order. */
export type ResultEvent =
  /** A result counts, by a record in this block. */
  | { readonly event: 'result'; readonly block: Place; readonly result: CountedEntry }
  /** A result that was told of is as deep as was asked for. */
  | ({ readonly event: 'final'; readonly block: Place } & ToldResult)
  /** The block that the cursor stood at is no longer in the chain: back to the last one that is, and what is withdrawn thereby. */
  | { readonly event: 'undo'; readonly from: Place; readonly to: Place; readonly withdrawn: readonly Withdrawn[] }

/** A block in its place. */
export interface Place {
  readonly height: number
  /** Display order. */
  readonly hash: string
}

/** A result that was told of before: what it is of, and ord's id of the record by which it counted. */
export interface ToldResult {
  readonly program: string
  readonly identity: string
  readonly id: string
}

export interface Withdrawn extends ToldResult {
  /** Whether it was told to be final. */
  readonly final: boolean
}

/** The chain as far as its results are known. */
export interface ResultChain {
  /** The last block that is in. */
  readonly tip: Place
  /** The block before the first one that was looked at. */
  readonly base: Place
  /** The block at a height above the base and up to the tip. */
  at(height: number): Promise<ResultBlock>
  /** One that has left the chain; null where it was never in. */
  lost(hash: string): Promise<LostBlock | null>
  /** Heights of blocks in the chain with records of results, rising, from this one on. */
  heights(from: number): Promise<readonly number[]>
}

export interface SinceOptions {
  /** Confirmations that make a result final. */
  readonly finality: number
  /** No further block is told of once there are so many events. */
  readonly limit: number
}

/** What is told of, and the cursor to go on with. */
export interface Told {
  readonly events: readonly ResultEvent[]
  readonly cursor: Cursor
  /** Whether there is more by now. */
  readonly more: boolean
}

/**
 * What happened since a cursor, null for the beginning. It follows from the cursor and the chain alone: whoever goes on with the
 * cursor of each answer is told of every result once, of each withdrawal once, and of nothing twice, however the chain has moved.
 */
export async function since(
  chain: ResultChain,
  cursor: Cursor | null,
  { finality, limit }: SinceOptions,
): Promise<Result<Told, 'unknown-cursor'>> {
  const { tip, base } = chain
  const back = await goBack(chain, cursor ?? { ...base, finality: base.height })
  if (!back.ok) return back
  let { cursor: at } = back
  const events: ResultEvent[] = back.undo === null ? [] : [back.undo]
  const heights = await chain.heights(Math.min(at.finality, at.height) + 1)
  // What became final while the cursor stood is told before the next block.
  const begun = at.height
  const finalFrom = (height: number) => Math.max(height + finality - 1, begun)
  const times = heights.flatMap((height) => (height > begun ? [height, finalFrom(height)] : [finalFrom(height)]))
  const rising = [...new Set(times)].filter((time) => time <= tip.height).sort((a, b) => a - b)
  let next = heights.findIndex((height) => height > at.finality)
  for (const time of rising) {
    if (events.length >= limit) return { ok: true, events, cursor: at, more: true }
    if (time > begun) {
      const block = await chain.at(time)
      const place = placeOf(block)
      for (const result of block.entries) if (doesCount(result)) events.push({ event: 'result', block: place, result })
      at = { ...place, finality: at.finality }
    }
    const final = time - finality + 1
    for (; next >= 0 && next < heights.length && (heights[next] as number) <= final; next++) {
      if (events.length >= limit) return { ok: true, events, cursor: at, more: true }
      const block = await chain.at(heights[next] as number)
      const place = placeOf(block)
      for (const { program, identity, id } of block.entries.filter(doesCount)) {
        events.push({ event: 'final', block: place, program, identity, id })
      }
      at = { ...at, finality: block.height }
    }
    at = { ...at, finality: Math.max(at.finality, final) }
  }
  const reached = Math.max(at.finality, tip.height - finality + 1)
  return { ok: true, events, cursor: { ...placeOf(tip), finality: reached }, more: false }
}

type Undo = ResultEvent & { readonly event: 'undo' }

/** From where the cursor stands down to the last block that is still in the chain. */
async function goBack(
  chain: ResultChain,
  cursor: Cursor,
): Promise<Result<{ readonly cursor: Cursor; readonly undo: Undo | null }, 'unknown-cursor'>> {
  const withdrawn: Withdrawn[] = []
  let at: Place = placeOf(cursor)
  while (!(await isIn(chain, at))) {
    const lost = at.height > chain.base.height ? await chain.lost(at.hash) : null
    if (lost === null || lost.height !== at.height) {
      return rejection('unknown-cursor', `block ${at.hash} was never seen at height ${at.height}: begin anew`)
    }
    const final = lost.height <= cursor.finality
    withdrawn.push(
      ...lost.entries
        .filter(doesCount)
        .map(({ program, identity, id }) => ({ program, identity, id, final }))
        .reverse(),
    )
    at = { height: at.height - 1, hash: lost.previous }
  }
  if (at.height === cursor.height) return { ok: true, cursor, undo: null }
  const undo = { event: 'undo', from: placeOf(cursor), to: at, withdrawn } as const
  return { ok: true, cursor: { ...at, finality: Math.min(cursor.finality, at.height) }, undo }
}

async function isIn(chain: ResultChain, { height, hash }: Place): Promise<boolean> {
  const { base, tip } = chain
  if (height === base.height) return hash === base.hash
  return height > base.height && height <= tip.height && (await chain.at(height)).hash === hash
}

function placeOf({ height, hash }: Place): Place {
  return { height, hash }
}
