import { LIST, leafHash, NODE, type Poseidon } from './accumulator.ts'
import type { Leaf } from './leaf.ts'
import { type PathPlan, pathLength, planPath } from './path-plan.ts'

/**
 * What leads from a leaf to the commitment of a history: the two halves below it, then for each node above it that
 * node's own leaf hash and its other half, then the commitment of all older trees (left out where there are none:
 * it is that of the empty list), then the roots of newer trees, oldest first. How many there are of each follows from
 * the number of leaves and the leaf's place, so a path holds nothing but field elements.
 */
export type AccumulatorPath = readonly bigint[]

/** More elements than any history of 2^32 headers needs: 31 levels, 32 trees. */
export const MAX_PATH_LENGTH = 96

export type PathResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reject: PathReject; readonly detail: string }

/** Why a path does not lead to the commitment. */
export type PathReject = 'wrong-path-length' | 'not-in-chain'

/** That leaf number `index` (from 0) of the `count` leaves under `commitment` is this one. */
export interface PathClaim {
  readonly commitment: bigint
  readonly count: number
  readonly index: number
  readonly leaf: Leaf
}

/**
 * Whether a path shows what is claimed. `count` comes from where the commitment comes from, the proved vector: with it
 * the shape of the path is known, and no depth can be pretended.
 */
export function verifyPath(poseidon: Poseidon, claim: PathClaim, path: AccumulatorPath): PathResult {
  const plan = planPath(claim.count, claim.index)
  const wanted = pathLength(plan)
  if (path.length !== wanted) {
    const detail = `${path.length} elements; leaf ${claim.index} of ${claim.count} takes ${wanted}`
    return { ok: false, reject: 'wrong-path-length', detail }
  }
  if (followPath(poseidon, plan, claim.leaf, path) === claim.commitment) return { ok: true }
  return { ok: false, reject: 'not-in-chain', detail: 'the path does not lead to what the proof commits to' }
}

/** The commitment that a path of the plan's length leads to. */
export function followPath(poseidon: Poseidon, plan: PathPlan, leaf: Leaf, path: AccumulatorPath): bigint {
  let at = 0
  const take = () => path[at++] as bigint
  let node = leafHash(poseidon, leaf)
  if (plan.halves !== null) node = poseidon(NODE, node, take(), take())
  for (const { from } of plan.steps) {
    const own = take()
    const sibling = take()
    node = from === 'older' ? poseidon(NODE, own, node, sibling) : poseidon(NODE, own, sibling, node)
  }
  const rest = plan.older === 0 ? poseidon(LIST, 0n, 0n, 0n) : take()
  let commitment = poseidon(LIST, node, BigInt(plan.size), rest)
  for (const { size } of plan.newer) commitment = poseidon(LIST, take(), BigInt(size), commitment)
  return commitment
}
