import { beforeAll, describe, expect, test } from 'vitest'
import { allForgeries } from './forgeries/all.ts'
import { judged, nativeVerdict } from './forgeries/forgery.ts'
import { loadStepCircuit, type StepCircuit } from './step-circuit.ts'

// Each attempt is a complete witness vector, held against the compiled R1CS and nothing else.
let circuit: StepCircuit
beforeAll(async () => {
  circuit = await loadStepCircuit()
}, 600_000)

describe.each(Object.entries(Object.groupBy(allForgeries, ({ rule }) => rule)))('%s', (_rule, forgeries) => {
  test.each(forgeries)('$name', (forgery) => {
    const attempt = forgery.attempt()
    expect(nativeVerdict(attempt)).toBe(forgery.native)
    const refusals = circuit.refusals(circuit.witness(attempt.input, attempt.lies))
    expect(judged(refusals, forgery)).toEqual(forgery.refusedBy)
  })
})
