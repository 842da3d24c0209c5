/** 97.5 % of the normal distribution lie below. */
const Z = 1.96
/**
 * So many deviations above what is expected are not reached in 99 of 100 cases by the best window of a year's blocks, nor by the
 * best of a thousand keys there.
 */
const Z_CHOSEN = 6.8
/** With fewer wins than these expected of a replica the best of so many windows would say nearly anything. */
const LEAST_EXPECTED = 25

/** What may be said of replicas: an average over all ticks that were counted. */
export interface Estimate {
  readonly replicas: number
  /** The interval that covers the truth. */
  readonly least: number
  readonly most: number
}

/**
 * Replicas of a partition, from W wins over Q; the interval covers the truth in 95 of 100 windows (94 with a single replica).
 *
 * @param wins verified, timely, distinct ones of a window; 1,008 ticks are a week
 * @param expected of one replica in the same ticks: the sum of its probabilities to win; above 0
 */
export function estimateReplicas(wins: number, expected: number): Estimate {
  if (!(expected > 0)) throw new RangeError('no wins are expected of any number of replicas')
  return { replicas: wins / expected, ...interval(wins, expected, Z) }
}

/**
 * The share of its one replica that a key keeps, from wins in a window that whoever shows them has chosen, as the key too; the
 * interval holds for the best of a year's blocks and a thousand keys, but for a chance below 1 in 100. Null where too little is
 * expected of a replica to say so.
 */
export function estimateChosenKey(wins: number, expected: number): Estimate | null {
  if (expected < LEAST_EXPECTED) return null
  const { least, most } = interval(wins, expected, Z_CHOSEN)
  // A key has one replica: that it won more often was chance.
  return { replicas: Math.min(1, wins / expected), least: Math.min(1, least), most: Math.min(1, most) }
}

/** Wilson's, of a Poisson number: it has a width where there are no wins, too. */
function interval(wins: number, expected: number, z: number) {
  const middle = wins + z ** 2 / 2
  const reach = z * Math.sqrt(wins + z ** 2 / 4)
  return { least: Math.max(0, middle - reach) / expected, most: (middle + reach) / expected }
}
