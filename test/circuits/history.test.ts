import { beforeAll, describe, expect, test } from 'vitest'
import { headerHash } from '../../src/bitcoin/index.ts'
import { type Accumulator, append, emptyAccumulator, leafHash } from '../../src/bus/accumulator.ts'
import { followPath, verifyPath } from '../../src/bus/accumulator-path.ts'
import { historyPathInput } from '../../src/bus/history-input.ts'
import { leafBytes, leafFields, leafOf } from '../../src/bus/leaf.ts'
import { planPath } from '../../src/bus/path-plan.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { headerOf, inputOf, LEVELS, madeUp, type Opened, outputsOf } from './history-scene.ts'
import { historyShape } from './model/history.ts'
import { Scope } from './model/signals.ts'
import { randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

let header: TemplateCircuit
let shape: TemplateCircuit
beforeAll(async () => {
  header = await loadTemplate('history-header')
  shape = await loadTemplate('history-shape')
}, 120_000)

const random = randomNumbers(3n)
const below = (limit: number) => Number(random(48) % BigInt(limit))
const MOST = 2 ** LEVELS

/** Every list of up to this many leaves, with the tree each leaf closes. */
const FEW = 12
const lists: Accumulator[] = [emptyAccumulator(poseidon)]
const leafAt = (index: number) => leafOf(index, headerHash(headerOf(index)), headerOf(index))
for (let i = 0; i < FEW; i++) lists.push(append(poseidon, lists[i]!, leafAt(i)))

function inList(count: number, index: number): Opened {
  const { halves, steps, older, newer } = planPath(count, index)
  const node = (i: number) => lists[i + 1]!.root
  const path = [
    ...(halves === null ? [] : [node(halves.older), node(halves.newer)]),
    ...steps.flatMap(({ own, sibling }) => [leafHash(poseidon, leafAt(own)), node(sibling)]),
    ...(older === 0 ? [] : [lists[older]!.commitment]),
    ...newer.map((peak) => node(peak.node)),
  ]
  return { header: headerOf(index), start: 0, count, index, path }
}

describe('HistoryHeader', () => {
  test('tells every header of every short list, as the reference has it', () => {
    for (let count = 1; count <= FEW; count++) {
      for (let index = 0; index < count; index++) {
        const opened = inList(count, index)
        const input = inputOf(opened)
        expect(input.commitment).toBe(lists[count]!.commitment)
        expect(header.run({ ...input })).toEqual(outputsOf(opened))
      }
    }
  }, 300_000)

  const edges = [1, 2, 3, 6, 7, 8, ...[10, 21, 22].flatMap((k) => [2 ** k - 2, 2 ** k - 1, 2 ** k])].filter(
    (count) => count <= MOST,
  )
  test.each(edges)('tells headers of a list of %i', (count) => {
    for (const index of new Set([0, count - 1, Math.floor(count / 2), below(count)])) {
      const opened = madeUp(count, index, 824_000)
      expect(header.run({ ...inputOf(opened) })).toEqual(outputsOf(opened))
    }
  })

  test('tells headers of random lists', () => {
    for (let i = 0; i < 25; i++) {
      const count = 1 + below(MOST)
      const opened = madeUp(count, below(count), below(1_000_000))
      expect(header.run({ ...inputOf(opened) })).toEqual(outputsOf(opened))
    }
  })

  test('refuses another number, place, element or commitment, as the reference does', () => {
    for (let i = 0; i < 8; i++) {
      const count = 2 + below(i < 4 ? 40 : MOST - 2)
      const opened = madeUp(count, below(count))
      const input = inputOf(opened)
      const refused = (changes: object) => expect(header.run({ ...input, ...changes })).toBeUndefined()
      refused({ count: input.count + 1n })
      refused({ count: input.count - 1n })
      refused({ height: input.height + 1n })
      refused({ start: input.start + 1n })
      refused({ start: input.start + 1n, height: input.height + 1n })
      refused({ commitment: input.commitment + 1n })
      refused({ leaf: input.leaf.map((element, at) => (at === i % 3 ? element + 1n : element)) })
      const { commitment, leaf } = input
      const claim = { commitment, count, index: opened.index, leaf }
      expect(verifyPath(poseidon, claim, opened.path)).toEqual({ ok: true })
      opened.path.forEach((element, at) => {
        const path = opened.path.with(at, element + 1n)
        expect(verifyPath(poseidon, claim, path).ok).toBe(false)
        const changed = historyPathInput({ count, index: opened.index, leaf, path }, lists[0]!.commitment)
        if (at % 5 === i % 5) refused(changed)
      })
    }
  }, 60_000)

  test('refuses a leaf that is more than its fields', () => {
    const opened = madeUp(5, 3)
    const { header: own, index } = opened
    const honest = leafOf(index, headerHash(own), own)
    for (let at = 0; at < 3; at++) {
      // The commitment is made of the very elements given: the leaf alone is at fault.
      const leaf = honest.map((element, i) => (i === at ? element + 2n ** 224n : element)) as never
      const input = { ...inputOf(opened), leaf }
      const list = { ...input, commitment: followPath(poseidon, planPath(5, 3), leaf, opened.path) }
      expect(header.run(list)).toBeUndefined()
    }
  })
})

describe('HistoryShape', () => {
  test('is that of the plan by which paths are made', () => {
    const outputs = (count: number, index: number) => {
      const signals = historyShape(new Scope({ component: () => () => undefined }), LEVELS, { count, index })
      const { opened, target, own, up, newer, twice, newest, smallest } = signals
      return [...opened, ...target, ...own, ...up, ...newer, twice, newest, smallest]
    }
    const places = Array.from({ length: 40 }, (_, count) => Array.from({ length: count }, (_, index) => [count, index]))
    const far = Array.from({ length: 200 }, () => 1 + below(MOST)).map((count) => [count, below(count)])
    for (const [count, index] of [...places.flat(), ...far] as [number, number][]) {
      expect(shape.run({ count, index })).toEqual(outputs(count, index))
    }
  })

  test('has a solution within the list alone', () => {
    for (const count of [1, 2, 3, 4, 14, 2 ** 21 - 1, 2 ** 22 - 2, 2 ** 22 - 1, 2 ** 22]) {
      for (const index of [0, count - 1]) expect(shape.run({ count, index })).toBeDefined()
      for (const index of [count, count + 1, -1, 2 ** 32]) expect(shape.run({ count, index })).toBeUndefined()
    }
    for (const count of [0, -1, 2 ** 22 + 2 ** 21, 2 ** 23, 2 ** 32]) {
      expect(shape.run({ count, index: 0 })).toBeUndefined()
    }
  })
})

describe('the reference', () => {
  test('takes a leaf’s bytes apart', () => {
    for (const seed of [1, 2, 77]) {
      const { prevHash: _, ...fields } = headerOf(seed)
      const hash = headerHash(headerOf(seed))
      expect(leafFields(leafBytes(seed, hash, headerOf(seed)))).toEqual({ ...fields, height: seed, hash })
    }
  })

  test('takes no path of another length, and no longer list', () => {
    const { count, index, path } = madeUp(100, 41)
    const leaf = leafAt(41)
    const empty = lists[0]!.commitment
    expect(() => historyPathInput({ count, index, leaf, path: path.slice(1) }, empty)).toThrow('too short')
    expect(() => historyPathInput({ count, index, leaf, path: [...path, 1n] }, empty)).toThrow('too long')
    expect(() => historyPathInput({ count: MOST + 1, index, leaf, path }, empty)).toThrow('more than 2^22')
    expect(() => historyPathInput({ count, index: 100, leaf, path }, empty)).toThrow(RangeError)
  })
})
