/** How seldom a bound of one window is wrong: on each side in 25 of 1,000. */
const ONE_SIDE = 0.025
/**
 * The same for a window that somebody has chosen, over the number of wins in it. A window comes to W wins where one that had W − 1
 * moves on to a block that is won, by Poisson's numbers with a chance of W/1,008 · P(W) a block. So of a thousand keys and the
 * 52,560 windows of a year one comes to them in fewer than one of a hundred cases.
 */
const CHOSEN = 1e-7
/** With fewer wins than these expected of a replica so wide an interval says nothing. */
const LEAST_EXPECTED = 25

/** What may be said of replicas: an average over all ticks that were counted. */
export interface Estimate {
  readonly replicas: number
  /** The interval that covers the truth. */
  readonly least: number
  readonly most: number
}

/**
 * Replicas of a partition, from W wins over Q; the interval covers the truth in 95 of 100 windows or more, however few wins are
 * expected.
 *
 * @param wins verified, timely, distinct ones of a window; 1,008 ticks are a week
 * @param expected of one replica in the same ticks: the sum of its probabilities to win; above 0
 */
export function estimateReplicas(wins: number, expected: number): Estimate {
  if (!(expected > 0)) throw new RangeError('no wins are expected of any number of replicas')
  const { least, most } = poissonInterval(wins, ONE_SIDE)
  return { replicas: wins / expected, least: least / expected, most: most / expected }
}

/**
 * The share of its one replica that a key keeps, from wins in a window that whoever shows them has chosen, as the key too; the
 * interval holds for the best of a year's blocks and a thousand keys, but for a chance below 1 in 100. Null where too little is
 * expected of a replica to say so.
 */
export function estimateChosenKey(wins: number, expected: number): Estimate | null {
  if (expected < LEAST_EXPECTED) return null
  const { least, most } = poissonInterval(wins, CHOSEN / Math.max(1, wins))
  // A key has one replica: that it won more often was chance.
  const shareOf = (mean: number) => Math.min(1, mean / expected)
  return { replicas: shareOf(wins), least: shareOf(least), most: shareOf(most) }
}

/**
 * Garwood's interval for the mean of a Poisson number: below it so many wins or more, and above it so many or fewer, are less likely
 * than `oneSide`. Wins of different ticks are independent, and a key has at most one: they scatter less than Poisson's numbers.
 */
function poissonInterval(wins: number, oneSide: number): { readonly least: number; readonly most: number } {
  const least = wins === 0 ? 0 : turningPoint((mean) => 1 - upTo(mean, wins - 1) > oneSide, 0, wins)
  // Above that a number is so small less often than once in 10^9 times.
  const far = wins + 8 * Math.sqrt(wins + 40) + 40
  return { least, most: turningPoint((mean) => upTo(mean, wins) < oneSide, wins, far) }
}

/** Where something begins to hold that holds from there on, to a millionth. */
function turningPoint(holds: (mean: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to]
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return low
}

/** P(W ≤ most) of a Poisson number. */
function upTo(mean: number, most: number): number {
  const last = most * Math.log(mean) - mean - logFactorial(most)
  // So far above the mean that numbers of 64 bits know no chance of it, nor of all beyond.
  if (most > mean && last < -700) return 1
  let [term, sum] = [Math.exp(last), 0]
  for (let k = most; k >= 0 && (k > mean || term > 1e-18 * sum); k--) {
    sum += term
    term *= k / mean
  }
  return Math.min(1, sum)
}

/** ln n!, by Stirling's series where that is exact to 12 digits. */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0
    for (let k = 2; k <= n; k++) sum += Math.log(k)
    return sum
  }
  return (
    (n + 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5)
  )
}
