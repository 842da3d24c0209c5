import { throwIfAborted } from '../../../src/lib/index.ts'
import type { EncodedUnits } from '../../replica/encoded-units.ts'
import type { Challenge } from '../../sampling/draws.ts'
import { type PlacedUnit, placedUnit } from '../../sampling/placed-unit.ts'
import type { BlobTable } from '../../table/blobs.ts'
import type { TryThread } from './try-thread.ts'

/** Tries that are answered together. */
const BATCH = 256
/** Units that are read at a time: the disk's threads have others to serve. */
const READ_AT_ONCE = 4

/** A try below the threshold, and the two units that it drew. */
export interface WonTry {
  readonly number: number
  readonly units: readonly [PlacedUnit, PlacedUnit]
  /** Of those before it. */
  readonly missed: number
}

export interface TriesComponents {
  readonly thread: Pick<TryThread, 'begin' | 'second' | 'tickets'>
  readonly units: Pick<EncodedUnits, 'encodedUnit'>
  readonly blobs: Pick<BlobTable, 'at'>
  /** The provider's key, 64 hex digits. */
  readonly key: string
  readonly threshold: bigint
}

/** How far the tries of a challenge are. */
export interface TryCount {
  /** Answered or not. */
  readonly tries: number
  /** Not answered, for a unit was not at hand. */
  readonly missed: number
}

/** Answers the tries of a challenge in order and gives those that win. What it returns is how many there were. */
export async function* winningTries(
  { thread, units, blobs, key, threshold }: TriesComponents,
  { challenge, height }: { readonly challenge: Challenge; readonly height: number },
  signal: AbortSignal,
): AsyncGenerator<WonTry, TryCount> {
  const place = (unit: number | null) => (unit === null ? null : placedUnit(blobs, challenge.first, unit, height))
  const read = (places: readonly (PlacedUnit | null)[]) =>
    inOrder(places, async (one) => {
      throwIfAborted(signal)
      return one === null ? null : await units.encodedUnit(key, one.entry.id, one.number)
    })
  let missed = 0
  for (let from = 0; from < challenge.fill; from += BATCH) {
    throwIfAborted(signal)
    const firsts = (await thread.begin(challenge, from, Math.min(BATCH, challenge.fill - from))).map(place)
    const seconds = (await thread.second(await read(firsts))).map(place)
    const tickets = await thread.tickets(await read(seconds))
    for (const [i, ticket] of tickets.entries()) {
      const [one, two] = [firsts[i] ?? null, seconds[i] ?? null]
      if (ticket === null || one === null || two === null) missed++
      else if (ticket < threshold) yield { number: from + i, units: [one, two], missed }
    }
  }
  return { tries: challenge.fill, missed }
}

/** Some at a time; the results are in the order of the items. */
async function inOrder<Item, Value>(items: readonly Item[], work: (item: Item) => Promise<Value>): Promise<Value[]> {
  const results: Value[] = new Array(items.length)
  const indices = items.keys()
  const worker = async () => {
    for (const i of indices) results[i] = await work(items[i] as Item)
  }
  await Promise.all(Array.from({ length: READ_AT_ONCE }, worker))
  return results
}
