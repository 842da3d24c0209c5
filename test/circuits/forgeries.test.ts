import { beforeAll, describe, expect, test } from 'vitest'
import { allForgeries } from './forgeries/all.ts'
import { nativeVerdict } from './forgeries/forgery.ts'
import { loadStepCircuit, type StepCircuit } from './step-circuit.ts'

let circuit: StepCircuit
beforeAll(async () => {
  circuit = await loadStepCircuit()
})

describe.each(Object.entries(Object.groupBy(allForgeries, ({ rule }) => rule)))('%s', (_rule, forgeries) => {
  test.each(forgeries)('$name', ({ attempt, native, refusedBy }) => {
    const made = attempt()
    expect(nativeVerdict(made)).toBe(native)
    expect(circuit.refusals(circuit.witness(made.input, made.lies))).toEqual(refusedBy)
  })
})
