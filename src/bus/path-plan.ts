/**
 * Where a leaf stands in the history list: pure arithmetic over the number of leaves, since appending leaves no
 * choice. Node i is the tree that leaf i closes: its own leaf, the older half before it and the newer half next to it.
 */

/** One step up: the tree that leaf `own` closes has the path in one half and `sibling` as the other. */
export interface PathStep {
  /** Leaf whose hash is the node's own. */
  readonly own: number
  /** Node that is the other half. */
  readonly sibling: number
  /** Which half the path comes from. */
  readonly from: 'older' | 'newer'
}

export interface PathPlan {
  /** The halves below the leaf's own node; null where the leaf is a tree of size 1. */
  readonly halves: { readonly older: number; readonly newer: number } | null
  /** From the leaf's node up to its peak. */
  readonly steps: readonly PathStep[]
  /** Leaves in the tree of the peak. */
  readonly size: number
  /** Leaves in all older trees together; their list is the rest behind the peak. */
  readonly older: number
  /** Newer peaks, oldest of them first: their nodes and sizes. */
  readonly newer: readonly { readonly node: number; readonly size: number }[]
}

/** More headers than 32-bit heights allow do not exist. */
export const MAX_COUNT = 2 ** 32

/** Sizes of the trees of `count` leaves, oldest first: greedy, since only the two newest may be equal. */
export function treeSizes(count: number): number[] {
  if (!Number.isInteger(count) || count < 0 || count > MAX_COUNT)
    throw new RangeError(`${count} is no number of leaves`)
  const sizes: number[] = []
  let left = count
  let size = 2 ** 32 - 1
  while (left > 0) {
    while (size > left) size = (size - 1) / 2
    sizes.push(size)
    left -= size
  }
  return sizes
}

/** The way from leaf `index` (counted from 0) to the commitment of `count` leaves. */
export function planPath(count: number, index: number): PathPlan {
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`leaf ${index} of ${count}`)
  let from = 0
  const sizes = treeSizes(count)
  const at = sizes.findIndex((size) => {
    if (index < from + size) return true
    from += size
    return false
  })
  const size = sizes[at] as number
  const older = from
  const newer: { node: number; size: number }[] = []
  let end = from + size
  for (const one of sizes.slice(at + 1)) {
    end += one
    newer.push({ node: end - 1, size: one })
  }
  return { ...descend(from, size, index), size, older, newer }
}

function descend(start: number, whole: number, index: number): Pick<PathPlan, 'halves' | 'steps'> {
  const steps: PathStep[] = []
  let from = start
  let size = whole
  for (;;) {
    const own = from + size - 1
    const half = (size - 1) / 2
    const older = from + half - 1
    if (index === own) return { halves: size === 1 ? null : { older, newer: own - 1 }, steps: steps.reverse() }
    if (index <= older) {
      steps.push({ own, sibling: own - 1, from: 'older' })
    } else {
      steps.push({ own, sibling: older, from: 'newer' })
      from += half
    }
    size = half
  }
}

/** Field elements in a path of this plan. */
export function pathLength({ halves, steps, older, newer }: PathPlan): number {
  return (halves === null ? 0 : 2) + 2 * steps.length + (older === 0 ? 0 : 1) + newer.length
}
