import { beforeAll, describe, expect, test } from 'vitest'
import { encodeField } from '../../src/bus/field.ts'
import { streamVector } from '../../src/compute/stream/header-stream.ts'
import { templateCounts } from './constraint-counts.ts'
import { streamForgeries } from './forgeries/header-stream.ts'
import { headerStream, type StreamSignals } from './model/compute/header-stream.ts'
import type { Lies } from './model/signals.ts'
import { each, headersAt, plainStatistics, SLOTS, stateAfter, stepOf } from './stream-scene.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

let circuit: TemplateCircuit
beforeAll(async () => {
  circuit = await loadTemplate('header-stream')
}, 120_000)

const refusals = (input: StreamSignals, lies: Lies = {}) =>
  circuit.refusals((scope) => headerStream(scope, input, each), lies)

test.each(streamForgeries)('$name', ({ input, lies, refusedBy }) => {
  expect(refusals(input(), lies)).toEqual(refusedBy)
})

const times = [1000, 1600, 1500, 5000, 5600, 4000, 9000, 9001, 9002, 20_000]

describe('a stream of headers', () => {
  test('has its exact number of constraints', () => {
    expect(circuit.constraints).toEqual(templateCounts['header-stream'])
  })

  test.each([0, 3])('from height %i on: as computed plainly, whatever the steps', (from) => {
    const headers = headersAt(from, times)
    for (let before = 0; before < headers.length; before++) {
      for (let count = 1; count <= SLOTS && before + count <= headers.length; count++) {
        const input = stepOf(headers.slice(0, before), headers.slice(before, before + count))
        const expected = streamVector(stateAfter(headers.slice(0, before + count)))
        expect(circuit.run(input as never)).toEqual(expected)
        if (count === 1 + (before % SLOTS)) expect(refusals(input)).toEqual([])
      }
    }
    expect(plainStatistics(headers, 4).log.length).toBeGreaterThan(1)
    expect(encodeField(plainStatistics(headers, 4).own).length).toBe(192)
  })
})
