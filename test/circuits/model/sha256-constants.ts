/**
 * SHA-256's constants derived as FIPS 180-4 defines them, not copied from the circuit: fractional parts of the square
 * and cube roots of the first primes.
 */
const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter(
  (n) => n > 1 && Array.from({ length: n }, (_, d) => d).every((d) => d < 2 || n % d !== 0),
)

/** Greatest r with r^power ≤ n. */
function root(n: bigint, power: bigint): bigint {
  let r = 0n
  for (let bit = 1n << 48n; bit > 0n; bit >>= 1n) if ((r + bit) ** power <= n) r += bit
  return r
}

const MASK = 0xffffffffn
export const K = PRIMES.slice(0, 64).map((p) => root(BigInt(p) << 96n, 3n) & MASK)
export const H = PRIMES.slice(0, 8).map((p) => root(BigInt(p) << 64n, 2n) & MASK)

const rotate = (x: bigint, n: bigint) => ((x >> n) | (x << (32n - n))) & MASK
export const smallSigma0 = (x: bigint) => rotate(x, 7n) ^ rotate(x, 18n) ^ (x >> 3n)
export const smallSigma1 = (x: bigint) => rotate(x, 17n) ^ rotate(x, 19n) ^ (x >> 10n)

/** Padding of the three blocks of a header's double hash; undefined where the word is data, and in any other block. */
export function paddingWord(block: 0 | 1 | 2 | 3, t: number): bigint | undefined {
  const [data, length] = (
    [
      [16, 0n],
      [4, 640n],
      [8, 256n],
      [16, 0n],
    ] as const
  )[block]
  if (t < data) return undefined
  return t === data ? 0x80000000n : t === 15 ? length : 0n
}
