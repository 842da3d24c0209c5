import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Accumulator,
  append,
  emptyAccumulator,
  fromPeaks,
  leafCount,
  leafHash,
  openForAppend,
  openList,
  peaksOf,
} from '../../src/bus/accumulator.ts'
import type { Leaf } from '../../src/bus/leaf.ts'
import { poseidon } from './poseidon-reference.ts'

const leafAt = (height: number): Leaf => [BigInt(height), BigInt(height) * 7n + 1n, BigInt(height) * 11n + 3n]

function build(count: number): Accumulator {
  let list: Accumulator = emptyAccumulator(poseidon)
  for (let height = 0; height < count; height++) list = append(poseidon, list, leafAt(height))
  return list
}

/**
 * Independent: the sizes of n leaves are its greedy skew-binary digits, largest tree oldest; within a tree of size
 * 2s+1 the older half comes first, then the newer half, then the root's own leaf.
 */
function rebuild(count: number): bigint {
  const tree = (from: number, size: number): bigint => {
    const own = leafHash(poseidon, leafAt(from + size - 1))
    if (size === 1) return own
    const half = (size - 1) / 2
    return poseidon(2, own, tree(from, half), tree(from + half, half))
  }
  let commitment = poseidon(3, 0n, 0n, 0n)
  let left = count
  let from = 0
  for (let size = 2 ** 20 - 1; size >= 1; size = (size - 1) / 2) {
    for (; left >= size; left -= size) {
      commitment = poseidon(3, tree(from, size), BigInt(size), commitment)
      from += size
    }
  }
  return commitment
}

describe('accumulator', () => {
  it("matches circomlib's Poseidon on its published vector", () => {
    // poseidon([1, 2, 3]) of circomlib (initial state 0), as published with circomlibjs.
    expect(poseidon(0 as 1, 1n, 2n, 3n)).toBe(
      6542985608222806190361240322586112750744169038454362455181422643027100751666n,
    )
  })

  it('equals a naive rebuild at every length', () => {
    let list: Accumulator = emptyAccumulator(poseidon)
    for (let count = 0; count <= 40; count++) {
      expect(list.commitment).toBe(rebuild(count))
      expect(leafCount(list)).toBe(BigInt(count))
      list = append(poseidon, list, leafAt(count))
    }
  })

  it('opens, and restores from its peaks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80 }), (count) => {
        const list = build(count)
        const [[root, size, rest], [root1, size1, rest1]] = openForAppend(list)
        expect(poseidon(3, root, size, rest)).toBe(list.commitment)
        if (count > 0) expect(poseidon(3, root1, size1, rest1)).toBe(rest)
        expect(openList(list)).toEqual([root, size, rest])
        expect(fromPeaks(poseidon, peaksOf(list))).toEqual(list)
      }),
      { numRuns: 20 },
    )
  })

  it('refuses peaks that no appends make', () => {
    const peak = (size: bigint) => ({ root: 5n, size })
    expect(fromPeaks(poseidon, [peak(2n)])).toBeNull()
    expect(fromPeaks(poseidon, [peak(0n)])).toBeNull()
    expect(fromPeaks(poseidon, [peak(3n), peak(1n)])).toBeNull()
    expect(fromPeaks(poseidon, [peak(1n), peak(3n), peak(3n)])).toBeNull()
    expect(fromPeaks(poseidon, [peak(3n), peak(3n), peak(7n)])).not.toBeNull()
  })
})
