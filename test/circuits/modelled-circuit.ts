import { readFileSync } from 'node:fs'
import { type CompiledCircuit, WitnessCalculator } from '../../src/proving/index.ts'
import { type R1cs, readR1cs } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { readSymbols, type Symbols } from '../support/symbols.ts'
import { constraintNames } from './constraint-names.ts'
import type { Lies, Scope } from './model/signals.ts'
import { modelWitness, type WitnessMemory } from './model-witness.ts'

/** A compiled circuit with everything needed to forge witnesses of it. */
export interface ModelledCircuit<Signals> {
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
export async function modelledCircuit<Signals>(
  compiled: CompiledCircuit,
  model: (scope: Scope, input: Signals) => void,
  some: Signals,
): Promise<ModelledCircuit<Signals>> {
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
