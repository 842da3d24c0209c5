import { type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { blobShape, CHUNK_BYTES, UNIT_BYTES, UNITS_A_CHUNK } from '../blob/shape.ts'
import type { BlobStore } from '../blob/store.ts'
import type { BlobReject } from './ask-sources.ts'
import type { GivenPiece } from './source.ts'

/** Pieces that are asked for at the same time. */
const AT_ONCE = 4

/** Gives a verified piece of one blob, from whoever has it. */
export type PieceSource = (
  kind: 'unit' | 'chunk',
  index: number,
  signal: AbortSignal,
) => Promise<Result<{ readonly piece: GivenPiece }, BlobReject>>

/**
 * Writes as many units as restore a blob to their places in a store, and tells which: whole chunks first, then units of
 * those chunks that nobody gives, until there are enough or too many are lost.
 */
export async function gatherUnits(
  { length }: BlobContent,
  store: BlobStore,
  ask: PieceSource,
  signal: AbortSignal,
): Promise<Result<{ readonly has: ReadonlySet<number> }, BlobReject>> {
  const { dataUnits, parityUnits, chunks } = blobShape(length)
  const has = new Set<number>()
  const missing: number[] = []
  // Why there are too few: of pieces that nobody has and one that is wrong, the wrong one is told.
  let worst: { readonly reject: BlobReject; readonly detail: string } | null = null
  const take = async (kind: 'unit' | 'chunk', index: number): Promise<boolean> => {
    const found = await ask(kind, index, signal)
    if (!found.ok) {
      if (worst === null || worst.reject === 'not-found') worst = found
      return false
    }
    await store.write(index * (kind === 'unit' ? UNIT_BYTES : CHUNK_BYTES), found.piece.bytes)
    const units = kind === 'unit' ? [index] : unitsOf(index)
    for (const unit of units) if (unit < dataUnits + parityUnits) has.add(unit)
    return true
  }
  await eachOf(
    range(chunks),
    () => has.size < dataUnits,
    signal,
    async (chunk) => {
      if (!(await take('chunk', chunk))) missing.push(chunk)
    },
  )
  const single = missing.flatMap(unitsOf).filter((unit) => unit < dataUnits + parityUnits)
  let left = single.length
  const enough = () => has.size < dataUnits && has.size + left >= dataUnits
  await eachOf(single, enough, signal, async (unit) => {
    await take('unit', unit)
    left--
  })
  if (has.size >= dataUnits) return { ok: true, has }
  const { reject, detail } = worst ?? { reject: 'not-found' as const, detail: 'nobody has more' }
  return rejection(reject, `${has.size} units are to be had, ${dataUnits} restore the blob: ${detail}`)
}

/** Some at a time, as long as it goes on; the first failure ends it. */
async function eachOf(
  numbers: readonly number[],
  goesOn: () => boolean,
  signal: AbortSignal,
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < numbers.length && goesOn()) {
      throwIfAborted(signal)
      await work(numbers[next++] as number)
    }
  }
  const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  for (const one of all) if (one.status === 'rejected') throw one.reason
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function unitsOf(chunk: number): number[] {
  return range(UNITS_A_CHUNK).map((i) => chunk * UNITS_A_CHUNK + i)
}
