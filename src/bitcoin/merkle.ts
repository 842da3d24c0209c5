import { atOnce, equalBytes, type Pieces, type Result } from '../lib/index.ts'
import { sha256d } from './hash.ts'

/** 2^16 leaves: no block holds as many transactions (Core: a transaction weighs at least 240). */
export const MAX_BRANCH_DEPTH = 16

/** A block’s Merkle tree: level by level, leaves first, the root last. */
export interface MerkleTree {
  readonly root: Uint8Array
  /** Every level from the leaves up; the root is the last level's only node. */
  readonly levels: readonly (readonly Uint8Array[])[]
  /**
   * Two equal nodes stand where the tree doubles a last one itself: another list of leaves has this very root
   * (CVE-2012-2459). Core marks such a block as mutated (consensus/merkle.cpp).
   */
  readonly mutated: boolean
}

/** Bitcoin's tree over at least one leaf of 32 bytes: SHA-256d of pairs, the last of an odd level paired with itself. */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  return atOnce(merkleTreeInPieces(leaves))
}

/** Hashes of a piece: about two milliseconds. */
export const PIECE_HASHES = 256

/** `merkleTree` in pieces of `PIECE_HASHES`. */
export function* merkleTreeInPieces(leaves: readonly Uint8Array[]): Pieces<MerkleTree> {
  if (leaves.length === 0) throw new RangeError('a Merkle tree has at least one leaf')
  const levels: (readonly Uint8Array[])[] = [leaves]
  let mutated = false
  for (let level = leaves; level.length > 1; ) {
    const next: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array
      const right = level[i + 1]
      if (right !== undefined && equalBytes(left, right)) mutated = true
      next.push(merkleNode(left, right ?? left))
      if (next.length % PIECE_HASHES === 0) yield
    }
    levels.push(next)
    level = next
  }
  return { root: levels.at(-1)?.[0] as Uint8Array, levels, mutated }
}

/** The siblings of a leaf, lowest first. */
export function merkleBranch(tree: MerkleTree, index: number): Uint8Array[] {
  const { levels } = tree
  if (!(index >= 0 && index < (levels[0]?.length ?? 0))) throw new RangeError(`there is no leaf ${index}`)
  return levels.slice(0, -1).map((level, depth) => {
    const at = Math.floor(index / 2 ** depth)
    return (level[at ^ 1] ?? level[at]) as Uint8Array
  })
}

/** Why a Merkle branch is refused. */
export type FoldReject = 'branch-too-deep' | 'index-out-of-range' | 'duplicate-sibling'

export type FoldResult = Result<{ readonly root: Uint8Array }, FoldReject>

/**
 * The root that a leaf at `index` and its siblings (lowest first) make. A right child that equals its sibling is
 * refused: it is the copy a tree of odd width makes of its last node, and stands for no leaf (CVE-2012-2459).
 */
export function foldBranch(leaf: Uint8Array, index: number, branch: readonly Uint8Array[]): FoldResult {
  const depth = branch.length
  if (depth > MAX_BRANCH_DEPTH) {
    return { ok: false, reject: 'branch-too-deep', detail: `${depth} levels; a block has at most ${MAX_BRANCH_DEPTH}` }
  }
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** depth) {
    return { ok: false, reject: 'index-out-of-range', detail: `index ${index} in a tree of depth ${depth}` }
  }
  let node = leaf
  for (let level = 0; level < depth; level++) {
    const sibling = branch[level] as Uint8Array
    const isRight = ((index >> level) & 1) === 1
    if (isRight && equalBytes(node, sibling)) {
      return { ok: false, reject: 'duplicate-sibling', detail: `a right child equals its sibling at level ${level}` }
    }
    node = isRight ? merkleNode(sibling, node) : merkleNode(node, sibling)
  }
  return { ok: true, root: node }
}

export function merkleNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(64)
  pair.set(left)
  pair.set(right, 32)
  return sha256d(pair)
}
