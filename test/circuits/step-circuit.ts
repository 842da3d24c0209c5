import { readFileSync } from 'node:fs'
import { stepCircuit } from '../../src/bus/io/index.ts'
import type { StepInput } from '../../src/bus/step-input.ts'
import { compileCircuit } from '../../src/proving/io/circuits.ts'
import { WitnessCalculator } from '../../src/proving/witness-calculator.ts'
import { type R1cs, readR1cs } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { readSymbols, type Symbols } from '../support/symbols.ts'
import { constraintNames } from './constraint-names.ts'
import type { Lies } from './model/signals.ts'
import { busStep, type StepSignals } from './model/step.ts'
import { modelWitness, type WitnessMemory } from './model-witness.ts'

/** The step circuit compiled, with everything needed to forge witnesses of it. */
export interface StepCircuit {
  readonly r1cs: R1cs
  readonly symbols: Symbols
  readonly names: readonly string[]
  readonly calculator: WitnessCalculator
  /** The complete witness vector for these inputs, rules broken or not, with the prover's lies in it. */
  witness(input: StepInput, lies?: Lies): bigint[]
  /** The outputs in a witness: the next state. */
  next(witness: readonly bigint[]): bigint[]
  /** Names of the constraints that refuse a witness; empty when it would be accepted. */
  refusals(witness: readonly bigint[]): string[]
}

export async function loadStepCircuit(): Promise<StepCircuit> {
  const compiled = await compileCircuit(stepCircuit)
  const r1cs = readR1cs(readFileSync(compiled.r1cs))
  const symbols = readSymbols(readFileSync(compiled.sym, 'utf8'), r1cs.wires)
  const calculator = await WitnessCalculator.load(new Uint8Array(readFileSync(compiled.wasm)))
  const names = constraintNames(r1cs, (scope) => busStep(scope, emptyStep))
  const memory: WitnessMemory = new Map()
  return {
    r1cs,
    symbols,
    names,
    calculator,
    witness: (input, lies) => modelWitness(r1cs, symbols, (scope) => busStep(scope, signals(input)), lies, memory),
    next: (witness) => witness.slice(1, 1 + r1cs.outputs),
    refusals: (witness) => brokenConstraints(r1cs, witness).map((i) => names[i]!),
  }
}

export function signals(input: StepInput): StepSignals {
  return {
    state: input.state,
    active: BigInt(input.active),
    words: input.words.map((slot) => slot.map(BigInt)),
    peaks: input.peaks,
  }
}

const emptyStep: StepSignals = {
  state: new Array<bigint>(10).fill(0n),
  active: 0n,
  words: [new Array<bigint>(12).fill(0n), new Array<bigint>(12).fill(0n)],
  peaks: new Array<bigint>(9).fill(0n),
}
