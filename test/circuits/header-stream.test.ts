import { beforeAll, describe, expect, test } from 'vitest'
import { planStep, streamStart, streamStep, streamVector } from '../../src/compute/stream/header-stream.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { templateCounts } from './constraint-counts.ts'
import { streamForgeries } from './forgeries/header-stream.ts'
import { headerStream, type StreamSignals } from './model/compute/header-stream.ts'
import type { Lies } from './model/signals.ts'
import { modelInput } from './storage-circuit.ts'
import { each, headersAt, LENGTH, LEVELS, plainStatistics, stateAfter, stateOf, stepOf } from './stream-scene.ts'
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

/** 32 trees of 7 headers and those that join them, then some more. */
const times = Array.from({ length: 32 * 8 + 12 }, (_, i) => 1000 + 600 * i + ((i * i * 7919) % 5000))

describe('a stream of headers', () => {
  test('has its exact number of constraints', () => {
    expect(circuit.constraints).toEqual(templateCounts['header-stream'])
  })

  test.each([0, 5])(
    'from height %i on: as computed plainly, whatever the number of headers',
    (from) => {
      const headers = headersAt(from, times)
      let { history } = streamStart(poseidon, 5)
      const joins = new Set<number>()
      for (let before = 0; before < headers.length; ) {
        const plan = planStep(history, LEVELS, headers.length - before)
        const state = stateOf(history, headers.slice(0, before))
        const most = plan.joins + plan.leaves
        // Every part of a tree to begin with, then whole ones.
        for (let count = before < 24 ? 1 : most; count <= most; count++) {
          const step = streamStep(poseidon, state, headers.slice(before, before + count), LEVELS)
          const expected = streamVector(stateOf(step.history, headers.slice(0, before + count)))
          expect(circuit.run(step.input)).toEqual(expected)
          if (before < 16 && (count === 1 || count === most)) expect(refusals(modelInput(step.input))).toEqual([])
          if (count === most) history = step.history
        }
        joins.add(plan.joins)
        before += most
      }
      expect([...joins].sort()).toEqual([0, 1, 2, 3, 4])
      expect(plainStatistics(headers, LENGTH).log.length).toBeGreaterThan(20)
    },
    120_000,
  )

  test('that builds another list than the bus, which steps accept, comes to another history', () => {
    const headers = headersAt(0, times)
    const step = stepOf(headers.slice(0, 14), headers.slice(14, 22))
    const built = (change: Partial<StreamSignals>) => {
      const input = { ...step, ...change }
      expect(refusals(input)).toEqual([])
      return circuit.run(input as never)![0]
    }
    const bus = stateAfter(headers.slice(0, 22)).history.commitment
    expect(built({})).toBe(bus)
    // The header that joins is a tree's first instead; or one joins where there is nothing more to join.
    const { active, leaf } = step
    const shifted = [leaf[0]!, leaf[0]!, leaf[0]!, leaf[0]!, leaf[0]!, ...leaf.slice(4, 10)]
    expect(built({ active: active.with(0, 0n), leaf: shifted })).not.toBe(bus)
    const twice = [leaf[0]!, leaf[4]!, leaf[4]!, leaf[4]!, ...leaf.slice(5), leaf[10]!]
    expect(built({ active: active.with(1, 1n).with(10, 0n), leaf: twice })).not.toBe(bus)
  })

  test('goes on from whole trees alone', () => {
    const state = streamStart(poseidon, 5)
    const headers = headersAt(0, times)
    const { history } = streamStep(poseidon, state, headers.slice(0, 5), LEVELS)
    expect(() => planStep(history, LEVELS, 1)).toThrow('whole trees')
    expect(() => streamStep(poseidon, state, headers.slice(0, 8), LEVELS)).toThrow('does not take 8 headers')
    expect(() => streamStep(poseidon, state, [], LEVELS)).toThrow('does not take 0 headers')
  })
})
