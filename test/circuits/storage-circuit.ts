import { readFileSync } from 'node:fs'
import type { CircuitDeclaration, CircuitInput, CircuitValue } from '../../src/proving/index.ts'
import { compileCircuit } from '../../src/proving/io/circuits.ts'
import { WitnessCalculator } from '../../src/proving/witness-calculator.ts'
import { type R1cs, readR1cs } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { readSymbols, type Symbols } from '../support/symbols.ts'
import { constraintNames } from './constraint-names.ts'
import type { Lies, Scope } from './model/signals.ts'
import { modelWitness, type WitnessMemory } from './model-witness.ts'

/** A circuit that storage declares, compiled, with everything needed to forge witnesses of it. */
export interface StorageCircuit<Signals> {
  readonly r1cs: R1cs
  readonly symbols: Symbols
  readonly names: readonly string[]
  readonly calculator: WitnessCalculator
  /** The complete witness vector for these inputs, rules broken or not, with the prover's lies in it. */
  witness(input: Signals, lies?: Lies): bigint[]
  /** Names of the constraints that refuse it; empty when it would be accepted. */
  refusals(input: Signals, lies?: Lies): string[]
}

/** @param some inputs of the right shape, by which constraints are named */
export async function loadStorageCircuit<Signals>(
  declaration: CircuitDeclaration,
  model: (scope: Scope, input: Signals) => void,
  some: Signals,
): Promise<StorageCircuit<Signals>> {
  const compiled = await compileCircuit(declaration)
  const r1cs = readR1cs(readFileSync(compiled.r1cs))
  const symbols = readSymbols(readFileSync(compiled.sym, 'utf8'), r1cs.wires)
  const calculator = await WitnessCalculator.load(new Uint8Array(readFileSync(compiled.wasm)))
  const names = constraintNames(r1cs, (scope) => model(scope, some))
  const memory: WitnessMemory = new Map()
  const witness = (input: Signals, lies?: Lies) =>
    modelWitness(r1cs, symbols, (scope) => model(scope, input), lies, memory)
  return {
    ...{ r1cs, symbols, names, calculator, witness },
    refusals: (input, lies) => brokenConstraints(r1cs, witness(input, lies)).map((i) => names[i]!),
  }
}

/** Inputs as a circuit is given them, as the model takes them. */
export function modelInput<Signals>(input: CircuitInput): Signals {
  const numbers = (value: CircuitValue): unknown => (typeof value === 'object' ? value.map(numbers) : BigInt(value))
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, numbers(value)])) as Signals
}

/** How many constraints each part of a circuit has, all its instances together. */
export function countByPart(names: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const name of names) {
    const part = name.split(/[.:[]/)[name.startsWith('main.') ? 1 : 0]!
    counted[part] = (counted[part] ?? 0) + 1
  }
  return counted
}
