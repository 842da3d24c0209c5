import type { Manifest } from '../manifest/manifest.ts'

/** When a program is proved by itself: at each block whose height has this rest, divided by `every`. */
export interface Pace {
  readonly every: number
  readonly rest: number
}

/**
 * Of a stream at multiples of its `everyBlocks`; of a circuit that opens headers at the last block of each period, whether it is run
 * every so many blocks or on an event. Null of what is proved on request.
 */
export function paceOf({ program, trigger: { everyBlocks } }: Pick<Manifest, 'program' | 'trigger'>): Pace | null {
  const period = program.kind === 'circuit' ? program.history?.period : undefined
  if (period !== undefined) return { every: period, rest: period - 1 }
  return everyBlocks === undefined ? null : { every: everyBlocks, rest: 0 }
}

/** Whether a result is due at a height. */
export function isDue({ every, rest }: Pace, height: number): boolean {
  return height > 0 && height % every === rest
}

/** The height of the newest result that is due once the chain is as high as this. Null before the first; none is due at height 0. */
export function dueHeight({ every, rest }: Pace, tip: number): number | null {
  if (tip < rest) return null
  const height = tip - ((tip - rest) % every)
  return height === 0 ? null : height
}
