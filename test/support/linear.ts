import { FIELD_MODULUS as P } from '../../src/bus/field.ts'

/** A linear combination by wire, wire 0 the constant; coefficients are representatives of least magnitude, none zero. */
export type Linear = Map<number, bigint>

/** The representative of least magnitude. */
export const field = (x: bigint): bigint => {
  const least = ((x % P) + P) % P
  return least > P / 2n ? least - P : least
}

/** a + factor · b. */
export function addScaled(a: Linear, b: Linear, factor: bigint): Linear {
  const sum = new Map(a)
  for (const [wire, coefficient] of b) {
    const value = field((sum.get(wire) ?? 0n) + factor * coefficient)
    if (value === 0n) sum.delete(wire)
    else sum.set(wire, value)
  }
  return sum
}

export function scale(a: Linear, factor: bigint): Linear {
  return addScaled(new Map(), a, factor)
}

export function invert(x: bigint): bigint {
  let [a, b, u, v] = [((x % P) + P) % P, P, 1n, 0n]
  while (a !== 0n) {
    const q = b / a
    ;[a, b] = [b - q * a, a]
    ;[u, v] = [v - q * u, u]
  }
  if (b !== 1n) throw new RangeError('zero has no inverse')
  return field(v)
}

/** The power of two in a number that is not zero. */
export function twos(x: bigint): number {
  let count = 0
  for (let rest = x; (rest & 1n) === 0n; rest >>= 1n) count++
  return count
}

/**
 * Whether numbers of which each is 0 or 1 follow from the sum of their multiples: scaled to integers whose sum cannot
 * reach the modulus, no two have the same power of two in them, so that the lowest bit of the sum tells the first
 * number, what remains the second, and so on.
 */
export function bitsFollow(coefficients: readonly bigint[]): boolean {
  // Our sums are of integers, divided by the power of two that a bit had which was solved away.
  for (let power = 0; power < 254; power++) {
    const scaled = integers(coefficients, 1n << BigInt(power))
    if (scaled !== null) return new Set(scaled.map(twos)).size === scaled.length
  }
  return false
}

/** The multiples, if they are so small that their sum cannot reach the modulus. */
function integers(coefficients: readonly bigint[], factor: bigint): bigint[] | null {
  const out: bigint[] = []
  let sum = 0n
  for (const coefficient of coefficients) {
    const value = field(coefficient * factor)
    sum += value < 0n ? -value : value
    if (sum >= P / 2n) return null
    out.push(value)
  }
  return out
}

/**
 * Whether the sum of multiples of bits and a constant is never zero: scaled to integers whose sum cannot reach the
 * modulus, the constant has fewer twos in it than each multiple.
 */
export function neverZero(constant: bigint, coefficients: readonly bigint[]): boolean {
  if (constant === 0n) return false
  const unit = invert(coefficients[0] ?? constant)
  for (let power = 0; power < 4; power++) {
    const scaled = integers([constant, ...coefficients], unit << BigInt(power))
    if (scaled === null) continue
    const [first, ...rest] = scaled.map(twos) as [number, ...number[]]
    return rest.every((count) => count > first)
  }
  return false
}
