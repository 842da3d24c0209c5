import { FIELD_MODULUS as P } from '../../../../src/bus/field.ts'
import { rangeCheck } from '../range.ts'
import type { Scope } from '../signals.ts'

/** Every signal of Dense(count, units, n). That the sums are the digits is linear: it shows in the product that was solved away. */
export function dense(
  s: Scope,
  n: number,
  given: readonly bigint[],
  weights: readonly (readonly bigint[])[],
  biases: readonly bigint[],
): bigint[] {
  const input = given.map((value, i) => s.put(`in[${i}]`, value))
  const weight = weights.map((row, j) => row.map((value, i) => s.put(`weight[${j}][${i}]`, value)))
  const bias = biases.map((value, j) => s.put(`bias[${j}]`, value))
  const per = Math.floor(250 / (n + 1))
  const signed = (value: bigint) => (value > P / 2n ? value - P : value)
  const out: bigint[] = []
  for (let from = 0; from < bias.length; from += per) {
    const units = bias.slice(from, from + per).map((_, j) => from + j)
    const scale = (j: number) => 1n << BigInt((n + 1) * (j - from))
    input.forEach((value, i) => {
      const packed = units.reduce((sum, j) => sum + weight[j]![i]! * scale(j), 0n)
      s.put(`product[${from / per}][${i}]`, packed * value)
      s.constrain(`product[${from / per}][${i}]`)
    })
    for (const j of units) {
      const sum = input.reduce((so, value, i) => so + signed(weight[j]![i]!) * signed(value), signed(bias[j]!))
      out[j] = s.put(`out[${j}]`, sum)
      rangeCheck(s.part(`range[${j}]`), n + 1, out[j]! + (1n << BigInt(n)))
    }
  }
  return out
}
