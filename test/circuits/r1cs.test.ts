import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { R1csError, readR1cs } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { smallCircuit } from '../support/small-circuit.ts'
import { readSymbols } from '../support/symbols.ts'

// What the forgery tests rest on: IsZero is small enough to know every constraint of it.
let bytes: Uint8Array
let symbols: string
beforeAll(async () => {
  const circuit = await compileCircom(fileURLToPath(new URL('mains/is-zero.circom', import.meta.url)))
  bytes = new Uint8Array(readFileSync(circuit.r1cs))
  symbols = readFileSync(circuit.sym, 'utf8')
})

describe('the .r1cs reader', () => {
  test('reads what circom wrote', () => {
    const { wires, outputs, publicInputs, privateInputs, constraints, linear } = readR1cs(bytes)
    expect([wires, outputs, publicInputs, privateInputs, constraints, linear]).toEqual([4, 1, 0, 1, 2, 0])
  })

  test('refuses every truncation, and trailing bytes', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readR1cs(bytes.subarray(0, length))).toThrow(R1csError)
    }
    expect(() => readR1cs(Uint8Array.from([...bytes, 0]))).toThrow('trailing')
  })

  test('refuses another version, another field', () => {
    const edited = (at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
    expect(() => readR1cs(edited(4))).toThrow('version')
    expect(() => readR1cs(edited(0))).toThrow('no r1cs')
  })
})

describe('the checker', () => {
  test('accepts and refuses as the equations say', () => {
    const r1cs = readR1cs(bytes)
    const { wires } = readSymbols(symbols, r1cs.wires)
    const witness = (values: Record<string, bigint>) => {
      const out = [1n, 0n, 0n, 0n]
      for (const [name, value] of Object.entries(values)) out[wires.get(`main.${name}`)!] = value
      return out
    }
    const broken = (input: bigint, out: bigint, inverse: bigint) =>
      brokenConstraints(r1cs, witness({ in: input, out, inverse })).length
    const half = (P + 1n) / 2n
    expect(broken(0n, 1n, 0n)).toBe(0)
    expect(broken(0n, 1n, 123n)).toBe(0)
    expect(broken(2n, 0n, half)).toBe(0)
    expect(broken(P - 1n, 0n, P - 1n)).toBe(0)
    expect(broken(0n, 0n, 0n)).toBe(1)
    expect(broken(2n, 1n, 0n)).toBe(1)
    expect(broken(2n, 0n, half + 1n)).toBe(1)
    expect(broken(P - 1n, 5n, 0n)).toBe(2)
  })

  test('sees a difference of one where double precision would not', () => {
    const holds = (constraint: Parameters<typeof smallCircuit>[1][number], ...values: bigint[]) =>
      brokenConstraints(smallCircuit(1 + values.length, [constraint]), [1n, ...values]).length === 0
    const [one, x, y] = [{ 0: 1n }, { 1: 1n }, { 2: 1n }]
    for (const edge of [2n ** 52n, 2n ** 53n, 2n ** 54n, 2n ** 64n, 2n ** 128n, P / 2n]) {
      for (const value of [edge - 1n, edge, edge + 1n]) {
        // By a value, a product, a sum with a partial sum far greater than itself, a coefficient.
        for (const [constraint, result] of [
          [[x, one, y], value],
          [[{ 1: 3n }, one, y], (value * 3n) % P],
          [[x, x, y], (value * value) % P],
          [[{ 1: 1n, 0: 1n - value }, one, y], 1n],
          [[{ 1: value }, { 0: value }, y], value ** 3n % P],
        ] as const) {
          expect(holds(constraint, value, result), `${value}`).toBe(true)
          expect(holds(constraint, value, (result + 1n) % P), `${value}`).toBe(false)
          expect(holds(constraint, value, (result + P - 1n) % P), `${value}`).toBe(false)
        }
      }
    }
  })

  test('takes canonical vectors of the right length only', () => {
    const r1cs = readR1cs(bytes)
    expect(() => brokenConstraints(r1cs, [1n, 0n, 0n])).toThrow('3 values')
    expect(() => brokenConstraints(r1cs, [0n, 0n, 0n, 0n])).toThrow('wire 0')
    expect(() => brokenConstraints(r1cs, [1n, P, 0n, 0n])).toThrow('canonical')
    expect(() => brokenConstraints(r1cs, [1n, -1n, 0n, 0n])).toThrow('canonical')
  })
})
