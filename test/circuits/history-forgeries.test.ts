import { beforeAll, expect, test } from 'vitest'
import { headerForgeries } from './forgeries/history-header.ts'
import { shapeForgeries } from './forgeries/history-shape.ts'
import { LEVELS } from './history-scene.ts'
import { historyHeader } from './model/history.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

// Each attempt is a complete witness vector, held against the compiled R1CS and nothing else.
let circuit: TemplateCircuit
beforeAll(async () => {
  circuit = await loadTemplate('history-header')
}, 120_000)

test.each([...headerForgeries, ...shapeForgeries])('$name', ({ input, hinted, lies, refusedBy }) => {
  expect(circuit.refusals((scope) => historyHeader(scope, LEVELS, input, hinted), lies)).toEqual(refusedBy)
})
