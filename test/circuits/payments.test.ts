import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { paymentTotals } from '../../src/compute/transactions/payment-state.ts'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { templateCounts } from './constraint-counts.ts'
import { WANTED } from './forgeries/parse-transaction.ts'
import { counted, paymentForgeries, scene } from './forgeries/payments.ts'
import { type PaymentSignals, payments } from './model/compute/payments.ts'
import { type ModelledCircuit, modelledCircuit } from './modelled-circuit.ts'
import { inputsOf } from './payment-scene.ts'
import { modelInput } from './storage-circuit.ts'

let circuit: ModelledCircuit<PaymentSignals>
let steps: PaymentSignals[]
let end: readonly bigint[]
beforeAll(async () => {
  const compiled = await compileCircom(fileURLToPath(new URL('mains/payments.circom', import.meta.url)))
  circuit = await modelledCircuit(compiled, payments, NOTHING)
  const made = inputsOf({ history: scene.history, script: WANTED, slots: 2 }, counted, (input) => {
    const witness = decodeWitness(circuit.calculator.calculate(input))
    expect(brokenConstraints(circuit.r1cs, witness)).toEqual([])
    return witness.slice(1, 15)
  })
  steps = made.inputs.map((input) => modelInput<PaymentSignals>(input))
  end = made.end
}, 300_000)

const zeros = (length: number) => new Array<bigint>(length).fill(0n)
/** Inputs of the right shape, by which constraints are named. */
const NOTHING: PaymentSignals = {
  ...{ state: zeros(14), script: zeros(3), leaf: zeros(3), load: 0n, word: [zeros(16), zeros(16)] },
  ...{ begin: zeros(2), right: zeros(2), finish: zeros(2), list: zeros(2) },
  ...{ place: [zeros(3), zeros(3)], siblings: [zeros(2), zeros(2)] },
}

describe('payments', () => {
  test('has its exact number of constraints', () => {
    const { constraints, linear } = circuit.r1cs
    expect([constraints - linear, linear]).toEqual(templateCounts.payments)
    expect(circuit.names.length).toBe(constraints)
  })

  test('count what was paid', () => {
    expect(steps.length).toBe(6)
    expect(paymentTotals(end)).toMatchObject({
      transactions: 2n,
      outputs: 1n,
      sum: 5_000n,
      key: 1n << 32n,
      settled: true,
    })
  })

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(paymentForgeries)('$name', ({ step, change, lies, refusedBy }) => {
    const honest = steps[step]!
    expect(circuit.refusals({ ...honest, ...change?.(honest) }, lies)).toEqual(refusedBy)
  })
})
