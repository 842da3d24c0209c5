import { number } from '../range.ts'
import { field, type Scope } from '../signals.ts'

/** Every signal of RequantisedRelu(n, shift). */
export function requantisedRelu(s: Scope, n: number, shift: number, input: bigint): bigint {
  const shifted = field(s.put('in', input) + (1n << BigInt(n)))
  const bit = Array.from({ length: n }, (_, i) => s.bit(`bit[${i}]`, (shifted >> BigInt(i + 1)) & 1n))
  s.constrain('in range')
  const out = s.put('out', bit[n - 1]! * number(bit.slice(shift - 1, n - 1)))
  s.constrain('out')
  return out
}
