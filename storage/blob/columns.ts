import { throwIfAborted } from '../../src/lib/index.ts'
import { UNIT_BYTES } from './shape.ts'
import type { BlobStore } from './store.ts'

/** What the code works on at once unless told. */
const COLUMN_BYTES = 16 << 20
/** The code acts on each 64 bytes by itself (`reed-solomon-simd`), so that columns of any multiple give equal bytes. */
const BLOCK_BYTES = 64
/** Units that are read or written at once. */
export const BATCH_UNITS = 128

/** A piece of work of the code over the units in a store. */
export interface ColumnWork {
  readonly store: BlobStore
  /** The units that it takes, their numbers rising. */
  readonly numbers: ArrayLike<number>
  /** How many units it makes. */
  readonly makes: number
  /** Where bytes of the store are free, as many as what it makes. */
  readonly scratch: number
  /** What the code works on at once: a column of all units that it takes. Its own memory is some four times as much. */
  readonly columnBytes?: number | undefined
  /** Makes a column, `makes` × width bytes, of one of the units given. */
  code(width: number, column: Uint8Array): Promise<Uint8Array>
  readonly signal?: AbortSignal | undefined
}

/** A run of units that were made. */
export interface MadeUnits {
  readonly first: number
  readonly bytes: Uint8Array
}

/**
 * Codes units column by column, so that the greatest blob takes no more memory than a small one, and gives what was made
 * unit by unit. Columns lie in the scratch space meanwhile, one after another.
 */
export async function* codeByColumns(work: ColumnWork): AsyncGenerator<MadeUnits, void> {
  const { store, numbers, makes, scratch, columnBytes = COLUMN_BYTES, signal } = work
  const columns: { readonly from: number; readonly width: number }[] = []
  const most = Math.max(1, Math.floor(columnBytes / numbers.length / BLOCK_BYTES)) * BLOCK_BYTES
  for (let from = 0; from < UNIT_BYTES; from += most) columns.push({ from, width: Math.min(most, UNIT_BYTES - from) })
  for (const { from, width } of columns) {
    throwIfAborted(signal)
    const column = await gather(store, numbers, from, width)
    await store.write(scratch + makes * from, await work.code(width, column))
  }
  for (let first = 0; first < makes; first += BATCH_UNITS) {
    throwIfAborted(signal)
    const count = Math.min(BATCH_UNITS, makes - first)
    const bytes = new Uint8Array(count * UNIT_BYTES)
    for (const { from, width } of columns) {
      const column = await store.read(scratch + makes * from + first * width, count * width)
      for (let unit = 0; unit < count; unit++) {
        bytes.set(column.subarray(unit * width, (unit + 1) * width), unit * UNIT_BYTES + from)
      }
    }
    yield { first, bytes }
  }
}

/** Bytes `from` … `from` + `width` of each of these units, read in runs. */
async function gather(store: BlobStore, numbers: ArrayLike<number>, from: number, width: number): Promise<Uint8Array> {
  const column = new Uint8Array(numbers.length * width)
  for (let at = 0; at < numbers.length; ) {
    const first = numbers[at] as number
    let end = at
    while (end < numbers.length && (numbers[end] as number) < first + BATCH_UNITS) end++
    const last = numbers[end - 1] as number
    // From the first unit's part to the last one's: of what lies between, only units that are wanted are looked at.
    const bytes = await store.read(first * UNIT_BYTES + from, (last - first) * UNIT_BYTES + width)
    for (; at < end; at++) {
      const place = ((numbers[at] as number) - first) * UNIT_BYTES
      column.set(bytes.subarray(place, place + width), at * width)
    }
  }
  return column
}
