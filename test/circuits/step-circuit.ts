import { readFileSync } from 'node:fs'
import type { StepInput } from '../../src/bus/step-input.ts'
import { compileCircuit } from '../../src/proving/circuits.ts'
import { WitnessCalculator } from '../../src/proving/witness-calculator.ts'
import { type R1cs, readR1cs } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { readSymbols, type Symbols } from '../support/symbols.ts'
import { constraintNames } from './constraint-names.ts'
import { type Lies, Scope } from './model/signals.ts'
import { busStep, type StepSignals } from './model/step.ts'

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
  const compiled = await compileCircuit('bus')
  const r1cs = readR1cs(readFileSync(compiled.r1cs))
  const symbols = readSymbols(readFileSync(compiled.sym, 'utf8'), r1cs.wires)
  const calculator = await WitnessCalculator.load(new Uint8Array(readFileSync(compiled.wasm)))
  const names = constraintNames(r1cs, (scope) => {
    busStep(scope, emptyStep)
  })
  /** Hashes worked out before: most forgeries are of the same headers. */
  const memory = new Map<string, { values: [wire: number, value: bigint][]; result: unknown }>()
  return {
    r1cs,
    symbols,
    names,
    calculator,
    witness(input, lies = {}) {
      const witness = new Array<bigint>(r1cs.wires).fill(-1n)
      witness[0] = 1n
      let record: [wire: number, value: bigint][] | undefined
      const set = (name: string, value: bigint) => {
        const wire = symbols.wires.get(name)
        if (wire === undefined) return
        witness[wire] = value
        record?.push([wire, value])
      }
      const remember = <T>(key: string, run: () => T): T => {
        const known = memory.get(key)
        if (known !== undefined) {
          for (const [wire, value] of known.values) witness[wire] = value
          return known.result as T
        }
        record = []
        const result = run()
        if (memory.size > 7) memory.delete(memory.keys().next().value as string)
        memory.set(key, { values: record, result })
        record = undefined
        return result
      }
      const scope = new Scope({ set, remember }, lies)
      busStep(scope, signals(input))
      const untold = scope.untold()
      if (untold.length > 0) throw new Error(`no hint is called ${untold.join(', ')}`)
      const missing = witness.indexOf(-1n)
      if (missing >= 0) throw new Error(`the model leaves out ${symbols.names[missing]}`)
      return witness
    },
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
