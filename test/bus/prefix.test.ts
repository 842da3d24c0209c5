import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LEAF, LIST, leafHash, NODE, type Poseidon } from '../../src/bus/accumulator.ts'
import { followPath } from '../../src/bus/accumulator-path.ts'
import type { Leaf } from '../../src/bus/leaf.ts'
import { MAX_COUNT, planPath, treeSizes } from '../../src/bus/path-plan.ts'
import { prefixCommitment } from '../../src/bus/prefix.ts'

/**
 * A hash that says what it is of: the leaves `from` up to `to`, and nothing where these are not such a tree or list. So
 * lists of any length have commitments, and every node that stands in a wrong place shows.
 */
const of = (tag: number, from: number, to: number) => (BigInt(tag) << 80n) | (BigInt(from) << 40n) | BigInt(to)
const NOTHING = of(9, 0, 0)
const WIDTH = (1n << 40n) - 1n
const read = (hash: bigint) => [Number(hash >> 80n), Number((hash >> 40n) & WIDTH), Number(hash & WIDTH)] as const
const told: Poseidon = (tag, a, b, c) => {
  if (tag === LEAF) return of(NODE, Number(a), Number(a) + 1)
  if (tag === NODE) {
    const [own, older, newer] = [read(a), read(b), read(c)]
    const size = older[2] - older[1]
    const joined = older[2] === newer[1] && newer[2] === own[1] && newer[2] - newer[1] === size
    return joined && [own, older, newer].every(([kind]) => kind === NODE) ? of(NODE, older[1], own[2]) : NOTHING
  }
  if (a === 0n && b === 0n && c === 0n) return of(LIST, 0, 0)
  const [tree, rest] = [read(a), read(c)]
  const follows = tree[1] === rest[2] && BigInt(tree[2] - tree[1]) === b
  return follows && tree[0] === NODE && rest[0] === LIST ? of(LIST, 0, tree[2]) : NOTHING
}
const leafAt = (index: number): Leaf => [BigInt(index), 0n, 0n]
/** The tree that leaf `index` closes. */
const node = (index: number) => of(NODE, index + 1 - treeSizes(index + 1).at(-1)!, index + 1)

function pathOf(count: number, index: number): bigint[] {
  const { halves, steps, older, newer } = planPath(count, index)
  return [
    ...(halves === null ? [] : [node(halves.older), node(halves.newer)]),
    ...steps.flatMap(({ own, sibling }) => [leafHash(told, leafAt(own)), node(sibling)]),
    ...(older === 0 ? [] : [of(LIST, 0, older)]),
    ...newer.map((peak) => node(peak.node)),
  ]
}

function expectBoth(newer: number, older: number): void {
  const [index, path] = [older - 1, pathOf(newer, older - 1)]
  const leaf = leafAt(index)
  expect(followPath(told, planPath(newer, index), leaf, path)).toBe(of(LIST, 0, newer))
  expect(prefixCommitment(told, { count: newer, index, leaf }, path)).toBe(of(LIST, 0, older))
}

describe('the path of a list’s newest leaf in a longer one', () => {
  test('leads to both commitments, for all lists of up to 300 leaves', () => {
    for (let newer = 1; newer <= 300; newer++) for (let older = 1; older <= newer; older++) expectBoth(newer, older)
  }, 60_000)

  test('and for long ones', () => {
    const count = fc.integer({ min: 1, max: MAX_COUNT })
    fc.assert(
      fc.property(count, count, (a, b) => expectBoth(Math.max(a, b), Math.min(a, b))),
      { numRuns: 2000 },
    )
  }, 60_000)

  test('holds each tree of the older list by itself, save those that both begin with', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), (older, more) => {
        const { steps, older: shared } = planPath(older + more, older - 1)
        const halves = steps.filter(({ from }) => from === 'newer').length
        const trees = treeSizes(older).length
        expect(halves + 1 + treeSizes(shared).length).toBe(trees)
      }),
    )
  })
})
