import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldBranch, MAX_BRANCH_DEPTH, merkleBranch, merkleNode } from '../../src/bitcoin/index.ts'
import { merkleTree, merkleTreeInPieces } from '../../src/bitcoin/merkle.ts'

const leaf = (i: number) => sha256(Uint8Array.of(i & 255, i >> 8))
const leaves = (count: number) => Array.from({ length: count }, (_, i) => leaf(i))

/** Straight from the description: halve until one is left. */
function slowRoot(nodes: readonly Uint8Array[]): Uint8Array {
  if (nodes.length === 1) return nodes[0] as Uint8Array
  const even = nodes.length % 2 === 0 ? nodes : [...nodes, nodes.at(-1) as Uint8Array]
  return slowRoot(even.flatMap((node, i) => (i % 2 === 0 ? [merkleNode(node, even[i + 1] as Uint8Array)] : [])))
}

describe('Merkle tree', () => {
  it('every leaf of every size folds to the root', () => {
    for (let count = 1; count <= 40; count++) {
      const tree = merkleTree(leaves(count))
      expect(tree.root).toEqual(slowRoot(leaves(count)))
      expect(tree.mutated).toBe(false)
      for (let index = 0; index < count; index++) {
        const branch = merkleBranch(tree, index)
        expect(branch).toHaveLength(Math.ceil(Math.log2(count)))
        expect(foldBranch(leaf(index), index, branch)).toEqual({ ok: true, root: tree.root })
      }
    }
  })

  it('is made in pieces, between which others have their turn', () => {
    const work = merkleTreeInPieces(leaves(2_000))
    let pieces = 0
    let made = work.next()
    for (; made.done !== true; made = work.next()) pieces++
    // Of levels with 1,000, 500, 250, … nodes.
    expect(pieces).toBe(3 + 1)
    expect(made.value).toEqual(merkleTree(leaves(2_000)))
  })

  it('no other leaf, index or sibling folds to it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 100 }), fc.nat(), fc.nat(), fc.nat(31), (count, i, j, at) => {
        const tree = merkleTree(leaves(count))
        const index = i % count
        const branch = merkleBranch(tree, index)
        const otherIndex = j % 2 ** branch.length
        const folded = foldBranch(leaf(index), otherIndex, branch)
        // The last leaf of an odd level is its own sibling: the index of its copy is refused, not folded otherwise.
        if (otherIndex !== index && folded.ok) expect(folded.root).not.toEqual(tree.root)
        const level = j % branch.length
        const sibling = branch[level] as Uint8Array
        const changed = branch.with(level, sibling.with(at, (sibling[at] as number) ^ 1))
        expect(foldBranch(leaf(index), index, changed)).not.toEqual({ ok: true, root: tree.root })
        expect(foldBranch(leaf(count), index, branch)).not.toEqual({ ok: true, root: tree.root })
      }),
    )
  })

  it('refuses the copy of a last node (CVE-2012-2459)', () => {
    for (const count of [3, 5, 6, 9, 11, 12]) {
      const tree = merkleTree(leaves(count))
      const depth = tree.levels.length - 1
      const refused = Array.from({ length: 2 ** depth - count }, (_, i) => {
        // What the doubled half of the tree would hold there.
        const level = tree.levels.findIndex((nodes) => nodes.length % 2 === 1 && nodes.length > 1)
        return { index: count + i, level }
      })
      for (const { index, level } of refused.slice(0, 2 ** (refused[0]?.level ?? 0))) {
        const original = index - 2 ** level
        const folded = foldBranch(leaf(original), index, merkleBranch(tree, original))
        expect(folded).toMatchObject({ ok: false, reject: 'duplicate-sibling' })
      }
    }
  })

  it('tells doubled leaves', () => {
    const nine = leaves(9)
    const doubled = merkleTree([...nine, nine[8] as Uint8Array])
    expect(doubled.mutated).toBe(true)
    expect(doubled.root).toEqual(merkleTree(nine).root)
  })

  it('refuses indices and depths that no block has', () => {
    const branch = leaves(MAX_BRANCH_DEPTH + 1)
    expect(foldBranch(leaf(0), 0, branch)).toMatchObject({ reject: 'branch-too-deep' })
    for (const index of [-1, 4, 0.5, Number.NaN, 2 ** 32]) {
      expect(foldBranch(leaf(99), index, branch.slice(0, 2))).toMatchObject({ reject: 'index-out-of-range' })
    }
    expect(foldBranch(leaf(0), 0, [])).toEqual({ ok: true, root: leaf(0) })
    expect(() => merkleTree([])).toThrow(RangeError)
    expect(() => merkleBranch(merkleTree(leaves(3)), 3)).toThrow(RangeError)
  })
})
