import { isNonNegative } from '../range.ts'
import type { Scope } from '../signals.ts'

/** Every signal of Argmax(count, n). */
export function argmax(s: Scope, n: number, given: readonly bigint[]): bigint {
  const numbers = given.map((value, i) => s.put(`in[${i}]`, value))
  let greatest = s.put('greatest[0]', numbers[0]!)
  let at = s.put('at[0]', 0n)
  for (let i = 1; i < numbers.length; i++) {
    const more = isNonNegative(s.part(`greater[${i - 1}]`), n, numbers[i]! - greatest - 1n)
    if (i < numbers.length - 1) {
      greatest = s.put(`greatest[${i}]`, greatest + more * (numbers[i]! - greatest))
      s.constrain(`greatest[${i}]`)
    }
    at = s.put(`at[${i}]`, at + more * (BigInt(i) - at))
    if (i > 1) s.constrain(`at[${i}]`)
  }
  return s.put('out', at)
}
