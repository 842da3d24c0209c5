import { LIST, leafHash, NODE, type Poseidon } from './accumulator.ts'
import type { AccumulatorPath, PathClaim } from './accumulator-path.ts'
import { planPath } from './path-plan.ts'

/**
 * Commitment of the list as it was when a leaf was its last, out of the leaf's path in the list that has grown since: the
 * path of leaf m − 1 of n is a prefix proof, that the first m leaves are the beginning of the n. All trees of the shorter
 * list stand in it. The leaf closes the newest of them; others are older halves that the path comes past on its way up;
 * the rest are older than the tree that it climbs, and one commitment in both lists. Which there are, and of what size,
 * follows from m and n.
 *
 * The path must be one that `verifyPath` accepts for this claim. Then its elements are the nodes of the longer list, by
 * Poseidon's collision resistance, and what is computed here of them commits to its first m leaves and to nothing else.
 */
export function prefixCommitment(
  poseidon: Poseidon,
  { count, index, leaf }: Omit<PathClaim, 'commitment'>,
  path: AccumulatorPath,
): bigint {
  const { halves, steps, size: whole, older } = planPath(count, index)
  const element = (at: number) => path[at] as bigint
  const below = halves === null ? 0 : 2
  let commitment = older === 0 ? poseidon(LIST, 0n, 0n, 0n) : element(below + 2 * steps.length)
  let size = whole
  // From the top down: the largest of these trees is the oldest.
  for (let at = steps.length - 1; at >= 0; at--) {
    size = (size - 1) / 2
    if (steps[at]?.from === 'newer') commitment = poseidon(LIST, element(below + 2 * at + 1), BigInt(size), commitment)
  }
  const hash = leafHash(poseidon, leaf)
  const newest = halves === null ? hash : poseidon(NODE, hash, element(0), element(1))
  return poseidon(LIST, newest, BigInt(size), commitment)
}
