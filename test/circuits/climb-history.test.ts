import { beforeAll, describe, expect, test } from 'vitest'
import type { ClimbStep } from '../../src/compute/transactions/climb.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { templateCounts } from './constraint-counts.ts'
import { free } from './hints.ts'
import { blocksOf } from './payment-scene.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

let circuit: TemplateCircuit
beforeAll(async () => {
  circuit = await loadTemplate('climb-history')
}, 120_000)

const run = (from: bigint, climb: ClimbStep | undefined) =>
  circuit.run({
    in: from,
    place: [0, 1, 2].map((at) => (climb?.place === at ? 1 : 0)),
    list: climb?.list ? 1 : 0,
    siblings: climb?.siblings ?? [3n, 4n],
  })!

describe('ClimbHistory', () => {
  test('has its exact number of constraints', () => {
    expect(circuit.constraints).toEqual(templateCounts['climb-history'])
  })

  test('comes from every leaf to the history’s commitment', () => {
    for (const count of [1, 2, 3, 4, 7, 9, 14, 22]) {
      const blocks = blocksOf(Array.from({ length: count }, (_, i) => [Uint8Array.of(i)]))
      for (let height = 0; height < count; height++) {
        const { leaf, climb } = blocks.placed(height, 0).header
        const end = climb.reduce((at, step) => run(at, step)[0]!, poseidon(1, ...leaf))
        expect(end).toBe(blocks.history)
      }
    }
  })

  test('stays where it is without a step', () => {
    expect(run(5n, undefined)).toEqual([5n])
  })

  test('leaves nothing free', () => {
    expect(free(circuit, /^main\.(in$|place|list|siblings)/, [])).toEqual([])
  })
})
