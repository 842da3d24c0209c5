import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { type R1cs, R1csError } from './r1cs.ts'

/** Beneath this a value, and beneath SMALL_TERMS terms a row, is added up in double precision without any rounding. */
const SMALL = 256
const SMALL_TERMS = 64

/**
 * Indices of all constraints that the witness breaks; empty when it satisfies the circuit. Exact: rows of few small
 * numbers (parities, majorities, bits: nearly all) are added as doubles far below 2^53, the others as bigints mod P.
 */
export function brokenConstraints(r1cs: R1cs, witness: readonly bigint[]): number[] {
  if (witness.length !== r1cs.wires) throw new R1csError(`${witness.length} values for ${r1cs.wires} wires`)
  if (witness[0] !== 1n) throw new R1csError('wire 0 is not one')
  if (witness.some((value) => value < 0n || value >= P)) throw new R1csError('a value is not canonical')
  const { starts, termWire, termCoefficient, coefficients } = r1cs
  const small = Float64Array.from(witness, (value) => (value < SMALL ? Number(value) : Number.NaN))
  const factor = Float64Array.from(coefficients, (c) => (c < SMALL && c > -SMALL ? Number(c) : Number.NaN))

  const quick = (row: number): number => {
    const from = starts[row]!
    const to = starts[row + 1]!
    if (to - from > SMALL_TERMS) return Number.NaN
    let sum = 0
    for (let i = from; i < to; i++) sum += factor[termCoefficient[i]!]! * small[termWire[i]!]!
    return sum
  }
  const exact = (row: number): bigint => {
    let sum = 0n
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const value = witness[termWire[i]!]!
      if (value === 1n) sum += coefficients[termCoefficient[i]!]!
      else if (value !== 0n) sum += coefficients[termCoefficient[i]!]! * value
    }
    return sum
  }

  const broken: number[] = []
  for (let i = 0; i < r1cs.constraints; i++) {
    const difference = quick(3 * i) * quick(3 * i + 1) - quick(3 * i + 2)
    if (difference === 0) continue
    if (!Number.isNaN(difference) || (exact(3 * i) * exact(3 * i + 1) - exact(3 * i + 2)) % P !== 0n) broken.push(i)
  }
  return broken
}
