/** Periods of as many blocks each, from height 0 on, by their ordinal from 0: what a condition on headers is about. */

/** Height of a period's first block. */
export function firstOf(ordinal: number, period: number): number {
  return ordinal * period
}

/** Height of its last block, at which all of it is there. */
export function lastOf(ordinal: number, period: number): number {
  return ordinal * period + period - 1
}

/** Ordinal of the newest period that is over at a height; -1 where none is. */
export function newestOver(height: number, period: number): number {
  return Math.floor((height + 1) / period) - 1
}
