import { lastOf, newestOver } from './periods.ts'

/** What a condition is judged of, once each: a period that is over, or a result of another program that counts. */
export interface Occasion {
  /** The period's number, or the height of the other result: the same in every branch of the chain. */
  readonly ordinal: number
  /** Of the block at which it is there: the period's last one, or the one that holds the other result's record. */
  readonly height: number
}

/** Those of a chain. */
export interface Occasions {
  /** That are there at this height, their ordinals rising. */
  upTo(height: number): Iterable<Occasion>
}

/** Periods of so many blocks, from this one on. */
export function periodOccasions(period: number, since: number): Occasions {
  return {
    *upTo(height) {
      const newest = newestOver(height, period)
      for (let ordinal = since; ordinal <= newest; ordinal++) yield { ordinal, height: lastOf(ordinal, period) }
    },
  }
}

/** Of a list whose ordinals and heights rise. */
export function listedOccasions(list: readonly Occasion[]): Occasions {
  return { upTo: (height) => list.filter((one) => one.height <= height) }
}
