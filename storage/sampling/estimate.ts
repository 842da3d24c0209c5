/** 97.5 % of the normal distribution lie below; twice, half and a quarter of its square. */
const Z = 1.96
const [HALF, QUARTER] = [Z ** 2 / 2, Z ** 2 / 4]

/** What one observer may say of a partition: an average over all of its ticks. */
export interface Estimate {
  readonly replicas: number
  /** The interval that covers the truth in 95 of 100 windows (94 with a single replica). */
  readonly least: number
  readonly most: number
}

/**
 * Replicas of a partition, from W wins over Q.
 *
 * @param wins verified, timely, distinct ones of a window; 1,008 ticks are a week
 * @param expected of one replica in the same ticks: the sum of its probabilities to win; above 0
 */
export function estimateReplicas(wins: number, expected: number): Estimate {
  if (!(expected > 0)) throw new RangeError('no wins are expected of any number of replicas')
  // Wilson's interval of a Poisson number: it has a width where there are no wins, too.
  const reach = Z * Math.sqrt(wins + QUARTER)
  return {
    replicas: wins / expected,
    least: Math.max(0, wins + HALF - reach) / expected,
    most: (wins + HALF + reach) / expected,
  }
}
