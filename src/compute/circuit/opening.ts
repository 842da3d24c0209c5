import { type AccumulatorPath, HISTORY_LEVELS, historyPathInput, type Leaf } from '../../bus/index.ts'

/** Elements of an opening, as `openingElements` in circuits/compute/history.circom has it. */
export const OPENING_ELEMENTS: number = 3 * HISTORY_LEVELS + 1

/** A header in a list of `count` of them, at place `index` from 0, and its path. */
export interface HeaderInList {
  readonly count: number
  readonly index: number
  readonly leaf: Leaf
  readonly path: AccumulatorPath
}

/**
 * An opening as HeaderAt in circuits/compute/history.circom takes it, one row of elements: the leaf, two siblings for each
 * exponent but the first, the list's rest, the roots of newer trees, the twin. `empty` is the empty list's commitment.
 * Throws a RangeError for a place outside the list, one of more than 2^22 headers, and a path of another length.
 */
export function headerOpening(opened: HeaderInList, empty: bigint): readonly bigint[] {
  const { leaf, siblings, rest, peaks, twin } = historyPathInput(opened, empty)
  return [...leaf, ...siblings.flat(), rest, ...peaks, twin]
}
