import { UNIT_BYTES } from '../blob/shape.ts'

/** Whole units of a blob that follow one another. */
export interface UnitsPlace {
  /** Of the blob, 64 hex digits. */
  readonly id: string
  /** Number of the first of them in the blob. */
  readonly first: number
}

/**
 * How units are kept on a disk. What is kept depends on the blob, the unit and the keeper alone: it does not move when the
 * table does.
 */
export interface Keeping {
  /** By which an index names it: what was kept in one way is not read in another. */
  readonly name: string
  /** Bytes that a kept unit takes. */
  readonly unitBytes: number
  keep(place: UnitsPlace, units: Uint8Array): Promise<Uint8Array>
  /** What was kept, as it was; null where it is nothing that `keep` could have given. */
  give(place: UnitsPlace, kept: Uint8Array): Promise<Uint8Array | null>
}

/** As they are. */
export const rawKeeping: Keeping = {
  name: 'raw',
  unitBytes: UNIT_BYTES,
  keep: async (_, units) => units,
  give: async (_, kept) => kept,
}
