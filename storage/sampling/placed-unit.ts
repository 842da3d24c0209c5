import { UNITS_A_CHUNK } from '../blob/shape.ts'
import type { BlobTable, TableEntry } from '../table/blobs.ts'
import { TABLE_LAG } from './ticks.ts'

/** A unit that a try draws: of which blob, and which of its units. */
export interface PlacedUnit {
  readonly entry: TableEntry
  readonly number: number
}

/**
 * Whose the unit is that is counted through a partition whose first position is `first`, by the table that a block's challenge
 * is about.
 */
export function placedUnit(
  blobs: Pick<BlobTable, 'at'>,
  first: number,
  unit: number,
  challengeHeight: number,
): PlacedUnit | null {
  const position = first + Math.floor(unit / UNITS_A_CHUNK)
  const entry = blobs.at(position, challengeHeight - TABLE_LAG)
  if (entry === null) return null
  return { entry, number: UNITS_A_CHUNK * (position - entry.first) + (unit % UNITS_A_CHUNK) }
}
