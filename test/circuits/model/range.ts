import { field, invert, type Scope } from './signals.ts'

export function rangeCheck(s: Scope, n: number, input: bigint): void {
  const value = s.put('in', input)
  const low = value & ((1n << BigInt(n - 1)) - 2n)
  for (let i = 0; i < n - 1; i++) {
    s.bit(`bit[${i}]`, i === 0 && s.absorbs() ? value - low : (value >> BigInt(i)) & 1n)
  }
  s.constrain('in range')
}

export function bits(s: Scope, n: number, input: bigint): bigint[] {
  const value = s.put('in', input)
  const out: bigint[] = []
  for (let i = n - 1; i > 0; i--) out[i] = s.put(`out[${i}]`, (value >> BigInt(i)) & 1n)
  const rest = value - out.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
  out[0] = s.put('out[0]', s.absorbs() ? rest : value & 1n)
  for (let i = 0; i < n; i++) s.constrain(`out[${i}] is 0 or 1`)
  return out
}

export function isNonNegative(s: Scope, n: number, input: bigint): bigint {
  const half = 1n << BigInt(n)
  const shifted = field(s.put('in', input) + half)
  let rest = shifted
  for (let i = 0; i < n; i++) {
    // A claim about the outcome costs bit 0: it takes what the sum then lacks.
    const claim = i === 0 ? s.claim() : undefined
    const honest = (shifted >> BigInt(i)) & 1n
    rest -=
      s.bit(`bit[${i}]`, claim === undefined ? honest : honest + (shifted & ~(half - 1n)) - claim * half) << BigInt(i)
  }
  const out = s.put('out', rest === 0n ? 0n : rest === half ? 1n : rest * invert(half))
  s.constrain('in range')
  return out
}

export function isZero(s: Scope, input: bigint): bigint {
  const value = s.put('in', input)
  const inverse = s.put('inverse', value === 0n ? 0n : invert(value))
  const out = s.put('out', 1n - value * inverse)
  s.constrain('inverse')
  s.constrain('in or out is 0')
  return out
}

/** Number from bits, least significant first; the bits may be forged and so any field elements. */
export function number(list: readonly bigint[]): bigint {
  return list.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
}
