import { field, invert, type Scope } from './signals.ts'

export function rangeCheck(s: Scope, n: number, input: bigint): void {
  const value = s.put('in', input)
  for (let i = 0; i < n - 1; i++) s.bit(`bit[${i}]`, (value >> BigInt(i)) & 1n)
  s.constrain('in range')
}

export function bits(s: Scope, n: number, input: bigint): bigint[] {
  const value = s.put('in', input)
  return Array.from({ length: n }, (_, i) => s.bit(`out[${i}]`, (value >> BigInt(i)) & 1n))
}

export function isNonNegative(s: Scope, n: number, input: bigint): bigint {
  const half = 1n << BigInt(n)
  const shifted = field(s.put('in', input) + half)
  let rest = shifted
  for (let i = 0; i < n; i++) rest -= s.bit(`bit[${i}]`, (shifted >> BigInt(i)) & 1n) << BigInt(i)
  const out = s.put('out', rest === 0n ? 0n : rest === half ? 1n : rest * invert(half))
  s.constrain('in range')
  return out
}

export function isZero(s: Scope, input: bigint): bigint {
  const value = s.put('in', input)
  const inverse = s.hint('inverse', value === 0n ? 0n : invert(value))
  const out = s.put('out', 1n - value * inverse)
  s.constrain('inverse')
  s.constrain('in or out is 0')
  return out
}

/** Number from bits, least significant first; the bits may be forged and so any field elements. */
export function number(list: readonly bigint[]): bigint {
  return list.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
}
