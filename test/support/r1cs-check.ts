import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { type R1cs, R1csError } from './r1cs.ts'

/** Beneath this, integers are added and multiplied in double precision without any rounding. */
const EXACT = 2 ** 53

/** As a double, or NaN where that might round it. */
const double = (value: bigint): number => (value < EXACT && value > -EXACT ? Number(value) : Number.NaN)

/**
 * Indices of all constraints that the witness breaks; empty when it satisfies the circuit. Exact: rows of small numbers
 * (parities, majorities, bits, words: nearly all) are added as doubles below 2^53, the others as bigints mod P.
 */
export function brokenConstraints(r1cs: R1cs, witness: readonly bigint[]): number[] {
  if (witness.length !== r1cs.wires) throw new R1csError(`${witness.length} values for ${r1cs.wires} wires`)
  if (witness[0] !== 1n) throw new R1csError('wire 0 is not one')
  const { starts, termWire, termCoefficient, coefficients } = r1cs
  const small = new Float64Array(r1cs.wires)
  for (let wire = 0; wire < r1cs.wires; wire++) {
    const value = witness[wire]!
    if (value === 0n) continue
    if (value < 0n || value >= P) throw new R1csError('a value is not canonical')
    small[wire] = double(value)
  }
  const factor = Float64Array.from(coefficients, double)

  /** The row's value, or NaN where a partial sum might have been rounded. */
  const quick = (row: number): number => {
    const to = starts[row + 1]!
    let sum = 0
    let size = 0
    for (let i = starts[row]!; i < to; i++) {
      const term = factor[termCoefficient[i]!]! * small[termWire[i]!]!
      sum += term
      size += Math.abs(term)
    }
    return size < EXACT ? sum : Number.NaN
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
    const product = quick(3 * i) * quick(3 * i + 1)
    const other = quick(3 * i + 2)
    const isQuick = Math.abs(product) < EXACT && !Number.isNaN(other)
    const holds = isQuick ? product === other : (exact(3 * i) * exact(3 * i + 1) - exact(3 * i + 2)) % P === 0n
    if (!holds) broken.push(i)
  }
  return broken
}
