import { blobShape, UNITS_A_CHUNK } from '../../blob/shape.ts'
import type { PieceSeeker } from './piece-seeker.ts'
import type { WantedBlob } from './wanted-blob.ts'

/**
 * From so many units on that were asked for it is seen whether a blob can be had: where less than a quarter of the share that
 * is needed was given, at a share of a third or more, it is not (a chance of less than one in 10^5 that it were).
 */
const SEEN_AFTER = 64

/**
 * Asks for units of the chunks that are missing until there are as many as restore the blob, in an order by lot: who
 * withholds most of a blob is not asked for all of it.
 */
export async function seekUnits(
  seeker: PieceSeeker,
  { length }: Pick<WantedBlob, 'length'>,
  missing: readonly number[],
  has: Set<number>,
  take: (unit: number, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const { dataUnits, parityUnits } = blobShape(length)
  const all = missing.flatMap((chunk) => Array.from({ length: UNITS_A_CHUNK }, (_, i) => chunk * UNITS_A_CHUNK + i))
  const units = shuffled(all.filter((unit) => unit < dataUnits + parityUnits && !has.has(unit)))
  const needed = dataUnits - has.size
  const share = needed / Math.max(1, units.length)
  let [asked, given] = [0, 0]
  const isOver = () => {
    if (given >= needed || asked - given > units.length - needed) return true
    return asked >= SEEN_AFTER && share >= 1 / 3 && given < (asked * share) / 4
  }
  await seeker.each(units, async (unit) => {
    if (isOver()) return
    const bytes = await seeker.unit(unit)
    asked++
    if (bytes === null) return
    await take(unit, bytes)
    has.add(unit)
    given++
  })
}

/** Fisher and Yates's. */
function shuffled(numbers: number[]): number[] {
  for (let i = numbers.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number]
  }
  return numbers
}
