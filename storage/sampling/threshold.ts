/** Bits of a ticket. */
const TICKET_BITS = 128n
/** Bits after the point in which roots are taken: far more than a ticket has. */
const PRECISION = 512n
/** How often the whole replica of a full partition does not win a tick: 11 of 12. */
const LOSES = [11n, 12n] as const

/**
 * θ = ⌊2^128·(1 − (11/12)^(1/2^K))⌋, below which a try wins in partitions of 2^K positions. Exact: the root lies between
 * two numbers that have the same θ.
 */
export function winThreshold(partitionBits: number): bigint {
  const ratio = (LOSES[0] << PRECISION) / LOSES[1]
  let [below, above] = [ratio, ratio + 1n]
  for (let i = 0; i < partitionBits; i++) {
    below = squareRoot(below << PRECISION)
    above = squareRoot(above << PRECISION) + 1n
  }
  const [least, most] = [above, below].map((root) => ((1n << PRECISION) - root) >> (PRECISION - TICKET_BITS))
  if (least === undefined || least !== most) throw new RangeError(`no threshold for partitions of 2^${partitionBits}`)
  return least
}

/** q(n): how likely a whole replica is to win a tick in n tries. */
export function winProbability(threshold: bigint, fill: number): number {
  // By logarithms: one try wins so seldom that 1 less its probability would lose digits.
  return -Math.expm1(fill * Math.log1p(-Number(threshold) / 2 ** Number(TICKET_BITS)))
}

/** ⌊√value⌋, by Newton's method from above. */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
