import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Accumulator,
  append,
  emptyAccumulator,
  leafHash,
  type Poseidon,
  type PoseidonTag,
  peaksOf,
} from '../../src/bus/accumulator.ts'
import { MAX_PATH_LENGTH, verifyPath } from '../../src/bus/accumulator-path.ts'
import type { Leaf } from '../../src/bus/leaf.ts'
import { MAX_COUNT, pathLength, planPath, treeSizes } from '../../src/bus/path-plan.ts'
import { poseidon } from './poseidon-reference.ts'

const leafAt = (height: number): Leaf => [BigInt(height), BigInt(height) * 7n, BigInt(height) + 3n]
const COUNT = 64

/** Every list of up to COUNT leaves, with the tree each leaf closed. */
const lists: Accumulator[] = [emptyAccumulator(poseidon)]
const nodes: bigint[] = []
for (let i = 0; i < COUNT; i++) {
  const next = append(poseidon, lists[i] as Accumulator, leafAt(i))
  lists.push(next)
  nodes.push(next.root)
}

/** Straight from what a path is to hold. */
function pathOf(count: number, index: number): bigint[] {
  const { halves, steps, older, newer } = planPath(count, index)
  const node = (i: number) => nodes[i] as bigint
  return [
    ...(halves === null ? [] : [node(halves.older), node(halves.newer)]),
    ...steps.flatMap(({ own, sibling }) => [leafHash(poseidon, leafAt(own)), node(sibling)]),
    ...(older === 0 ? [] : [(lists[older] as Accumulator).commitment]),
    ...newer.map((peak) => node(peak.node)),
  ]
}

const claim = (count: number, index: number) => ({
  commitment: (lists[count] as Accumulator).commitment,
  count,
  index,
  leaf: leafAt(index),
})

describe('path plan', () => {
  it('knows the trees that appending makes', () => {
    lists.forEach((list, count) => {
      expect(treeSizes(count)).toEqual(
        peaksOf(list)
          .map(({ size }) => Number(size))
          .reverse(),
      )
    })
  })

  it('stays within its bound and its logarithm', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MAX_COUNT }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, at) => {
          const plan = planPath(n, Math.floor(at * n))
          expect(pathLength(plan)).toBeLessThanOrEqual(MAX_PATH_LENGTH)
          expect(plan.steps.length).toBeLessThanOrEqual(Math.log2(n + 1))
          expect(plan.older + plan.size + plan.newer.reduce((sum, { size }) => sum + size, 0)).toBe(n)
        },
      ),
    )
  })

  it('takes only leaves that there are', () => {
    for (const [count, index] of [
      [0, 0],
      [5, 5],
      [5, -1],
      [5, 1.5],
      [Number.NaN, 0],
      [MAX_COUNT + 1, 0],
    ] as const) {
      expect(() => planPath(count, index)).toThrow(RangeError)
    }
  })
})

describe('verifyPath', () => {
  it('accepts every leaf of every list, and no other leaf in its place', () => {
    for (let count = 1; count <= 40; count++) {
      for (let index = 0; index < count; index++) {
        const path = pathOf(count, index)
        expect(verifyPath(poseidon, claim(count, index), path)).toEqual({ ok: true })
        const other = { ...claim(count, index), leaf: leafAt((index + 1) % COUNT) }
        expect(verifyPath(poseidon, other, path)).toMatchObject({ reject: 'not-in-chain' })
      }
    }
  }, 120_000)

  it('refuses any altered element, any other place, number or length', () => {
    const gen = fc.record({ count: fc.integer({ min: 1, max: COUNT }), i: fc.nat(), at: fc.nat(), n: fc.nat(COUNT) })
    fc.assert(
      fc.property(gen, ({ count, i, at, n }) => {
        const index = i % count
        const path = pathOf(count, index)
        const refused = (changed: Partial<ReturnType<typeof claim>>, other: readonly bigint[]) =>
          expect(verifyPath(poseidon, { ...claim(count, index), ...changed }, other)).toMatchObject({ ok: false })
        if (path.length > 0) {
          const place = at % path.length
          refused({}, path.with(place, (path[place] as bigint) + 1n))
          refused({}, path.slice(1))
        }
        refused({}, [...path, 0n])
        refused({ commitment: 1n }, path)
        const otherIndex = at % count
        if (otherIndex !== index) refused({ index: otherIndex }, path)
        if (n > index && n !== count) refused({ count: n }, path)
      }),
      { numRuns: 100 },
    )
  }, 120_000)

  it('does not take an inner node for a leaf: they are hashed apart', () => {
    // Leaf 2 closes a tree of three; its node as a leaf at a shorter path is what a confusion of tags would allow.
    const tags: PoseidonTag[] = []
    const noting: Poseidon = (tag, a, b, c) => {
      tags.push(tag)
      return poseidon(tag, a, b, c)
    }
    verifyPath(noting, claim(3, 2), pathOf(3, 2))
    expect(tags).toEqual([1, 2, 3, 3])
  })
})
