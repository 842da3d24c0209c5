import { type HeaderReject, headerHash, toDisplay } from '../../src/bitcoin/index.ts'
import { advance, type ChainState, startState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { type DifferentialCase, differentialCases } from '../support/differential.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { after, stepOf } from './scenario.ts'
import type { StepCircuit } from './step-circuit.ts'

/** A mined header with the states of its parent and, where there is one, of its grandparent. */
export interface JudgedCase extends DifferentialCase {
  readonly parent: ChainState
  readonly grandparent: ChainState | undefined
}

export function judgedCases(): JudgedCase[] {
  const states = new Map<string, ChainState>()
  const stateAfter = (one: DifferentialCase, depth: number): ChainState => {
    const header = one.ancestors[depth]!
    const key = `${one.params.name} ${toDisplay(headerHash(header))}`
    const known = states.get(key)
    const state = known ?? (depth === 0 ? startState(one.params, poseidon) : after(stateAfter(one, depth - 1), header))
    states.set(key, state)
    return state
  }
  return differentialCases().map((one) => {
    const depth = one.ancestors.length - 1
    return { ...one, parent: stateAfter(one, depth), grandparent: depth > 0 ? stateAfter(one, depth - 1) : undefined }
  })
}

export interface CircuitVerdict {
  readonly accepted: boolean
  /** Constraints that refuse, where it is not accepted. */
  readonly refusals: readonly string[]
  /** What the circuit leads to, where it is. */
  readonly next: readonly bigint[]
}

/**
 * What the circuit says of a header in one of its slots. Accepted: the witness generator makes a witness and the R1CS is
 * satisfied by it. Refused: circom makes no witness, and the one of our own model breaks constraints. Without `generator`
 * the model's witness alone decides.
 */
export function judge(circuit: StepCircuit, one: JudgedCase, slot: 0 | 1, generator = true): CircuitVerdict {
  const { parent, grandparent, header, ancestors } = one
  const input =
    slot === 0 || grandparent === undefined ? stepOf(parent, header) : stepOf(grandparent, ancestors.at(-1)!, header)
  const modelled = () => circuit.witness(input)
  if (generator) {
    try {
      const made = decodeWitness(circuit.calculator.calculate({ ...input }))
      return { accepted: brokenConstraints(circuit.r1cs, made).length === 0, refusals: [], next: circuit.next(made) }
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'E_WITNESS') throw cause
      return { accepted: false, refusals: circuit.refusals(modelled()), next: [] }
    }
  }
  const witness = modelled()
  const refusals = circuit.refusals(witness)
  return { accepted: refusals.length === 0, refusals, next: circuit.next(witness) }
}

/** The state vector the native rules lead to, or their reject reason. */
export function nativeNext({ parent, header }: JudgedCase): readonly bigint[] | HeaderReject {
  const result = advance(parent, header, poseidon)
  return result.ok ? packState(result.next) : result.reject
}

/** The constraint that stands for a reject reason; the others of `garbled` may come with it. */
export function refusing(reject: HeaderReject, slot: 0 | 1): { readonly rule: RegExp; readonly garbled: RegExp } {
  const none = /^$/
  switch (reject) {
    case 'high-hash':
    // The header's own previous hash is no input: over the tip's, the hash is another, and above the target.
    case 'bad-prevblk-link':
      return { rule: new RegExp(`^main\\.enough\\[${slot}\\]\\.below: in range$`), garbled: none }
    case 'bad-diffbits':
      return slot === 0
        ? {
            rule: /^main\.wordBits\[0\]\[10\]: out\[\d+\] is 0 or 1$/,
            garbled: /^main\.(header\[0\]\.c1: |leafHash\[0\]\.)/,
          }
        : { rule: /^main: nBits of slot 1$/, garbled: none }
    case 'time-too-old':
      return { rule: new RegExp(`^main\\.after\\[${slot}\\]\\.atLeastSix: in range$`), garbled: none }
    case 'bad-version':
      return { rule: new RegExp(`^main\\.version\\[${slot}\\]\\.excess: in range$`), garbled: none }
    default:
      throw new Error(`${reject} is no rule of the circuit`)
  }
}
