/**
 * How thoroughly a store is looked through: checksums of the chunks of blobs that came last (`recent`); of every 64th chunk,
 * others each time (`cheap`); of all, and each compared with its blob's root as well (`full`).
 */
export const SCRUB_LEVELS = ['recent', 'cheap', 'full'] as const
export type ScrubLevel = (typeof SCRUB_LEVELS)[number]

/** The last scrub of a level: what it looked at and found. */
export interface LastScrub {
  /** Of the tip when it began. */
  readonly height: number
  readonly chunks: number
  /** What was not as it was written, and had to be healed. */
  readonly broken: number
}

/** Null where there was none yet. */
export type LastScrubs = Readonly<Record<ScrubLevel, LastScrub | null>>
