import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CircuitInput } from '../../src/proving/engine.ts'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { WitnessCalculator } from '../../src/proving/witness-calculator.ts'
import { decodeWitness, type R1cs, readR1cs } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { readSymbols, type Symbols } from '../support/symbols.ts'
import { constraintNames } from './constraint-names.ts'
import type { Lies, Scope } from './model/signals.ts'
import { modelWitness } from './model-witness.ts'

/** One template as a circuit of its own, from mains/<name>.circom. */
export interface TemplateCircuit {
  readonly r1cs: R1cs
  readonly symbols: Symbols
  /** Non-linear and linear constraints. */
  readonly constraints: readonly [number, number]
  /** The outputs in order, if the inputs are accepted; undefined if refused. */
  run(input: CircuitInput): bigint[] | undefined
  /** Names of the constraints that refuse the witness the model makes with these lies. */
  refusals(model: (scope: Scope) => void, lies?: Lies): string[]
}

export async function loadTemplate(name: string): Promise<TemplateCircuit> {
  const compiled = await compileCircom(fileURLToPath(new URL(`mains/${name}.circom`, import.meta.url)))
  const r1cs = readR1cs(readFileSync(compiled.r1cs))
  const symbols = readSymbols(readFileSync(compiled.sym, 'utf8'), r1cs.wires)
  const calculator = await WitnessCalculator.load(new Uint8Array(readFileSync(compiled.wasm)))
  return {
    r1cs,
    symbols,
    constraints: [r1cs.constraints - r1cs.linear, r1cs.linear],
    run(input) {
      let witness: bigint[]
      try {
        witness = decodeWitness(calculator.calculate(input))
      } catch (cause) {
        // Only a broken constraint is a refusal: an input that is missing or misnamed is a mistake of the test.
        if ((cause as Error).message.startsWith('no witness: assert failed')) return undefined
        throw cause
      }
      if (brokenConstraints(r1cs, witness).length > 0) throw new Error(`${name}: a witness that the R1CS refuses`)
      return witness.slice(1, 1 + r1cs.outputs)
    },
    refusals(model, lies) {
      const names = constraintNames(r1cs, model)
      if (names.length !== r1cs.constraints)
        throw new Error(`${names.length} names for ${r1cs.constraints} constraints`)
      return brokenConstraints(r1cs, modelWitness(r1cs, symbols, model, lies)).map((i) => names[i]!)
    },
  }
}
