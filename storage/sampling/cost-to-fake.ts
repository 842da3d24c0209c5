import { UNITS_A_CHUNK } from '../blob/shape.ts'

/**
 * What encoding one unit takes, measured or published; to be measured again every year. A claim rests on the cheapest that
 * anybody may have, not on what the machine at hand needs.
 */
export const UNIT_COSTS = {
  /** Core-seconds: one core of a Sapphire Rapids Xeon, eight units at once in AVX-512 IFMA. */
  core: 0.99e-3,
  /** Seconds of a graphics card: 39·10⁹ multiplications a second on an RTX 3090 Ti (ICICLE's pull request 289). */
  card: 1 / 120_000,
} as const

/** Challenges open at a time: a win is taken in the three blocks after its own. */
const OPEN_CHALLENGES = 3

/** Encodings for one replica and one tick, by a liar who keeps a raw copy and encodes only what is asked. */
export interface CostToFake {
  readonly units: number
  readonly coreSeconds: number
  readonly cardSeconds: number
  /** Core-seconds a unit that `coreSeconds` is by: pinned, or of the machine at hand where that is less. */
  readonly unitSeconds: number
}

/**
 * What it takes to pass for one replica for one tick: the cheaper of answering tries, 4/3 of a unit each if only those are
 * answered whose first unit serves several, and of streaming the partition twice for all open challenges.
 *
 * @param fill used positions of the partition, which are also the tries of a tick
 * @param ownUnit core-seconds a unit on the machine at hand, where known: counts if it is cheaper, never if dearer
 */
export function costToFake(fill: number, ownUnit: number = Number.POSITIVE_INFINITY): CostToFake {
  const units = Math.min((4 * fill) / 3, (2 * UNITS_A_CHUNK * fill) / OPEN_CHALLENGES)
  const unitSeconds = Math.min(UNIT_COSTS.core, ownUnit)
  return { units, coreSeconds: units * unitSeconds, cardSeconds: units * UNIT_COSTS.card, unitSeconds }
}
