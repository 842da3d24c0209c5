import type { Leaf } from './leaf.ts'

/**
 * History accumulator: a skew-binary list of Merkle trees (E. W. Myers, "An applicative random-access stack", 1983).
 *
 * A Merkle mountain range merges a varying number of times per append; here it is at most once, so a circuit's cost
 * per header is constant. Two newest trees of equal size s are merged under the new leaf into one of size 2s+1,
 * otherwise the leaf becomes a tree of size 1. Merging is forced, so the commitment of n leaves is unique.
 *
 * The list is immutable and shares its tail: keeping every earlier state costs nothing but the new peaks.
 */

/** circomlib's PoseidonEx(3, 1) with `initialState` = tag. Passed in: addon, WASM or a reference may compute it. */
export type Poseidon = (tag: PoseidonTag, a: bigint, b: bigint, c: bigint) => bigint

/** What is hashed: a leaf, a node or a list; no two of them share a hash. */
export type PoseidonTag = 1 | 2 | 3

export const LEAF: PoseidonTag = 1
export const NODE: PoseidonTag = 2
export const LIST: PoseidonTag = 3

/** A non-empty list: its newest tree and the rest. */
export interface AccumulatorPeak {
  readonly root: bigint
  /** Leaves and inner nodes both hold headers, so a tree of size s holds s headers: 1, 3, 7, 15, … */
  readonly size: bigint
  readonly rest: Accumulator
  readonly commitment: bigint
}

export interface EmptyAccumulator {
  readonly root: 0n
  readonly size: 0n
  readonly rest: null
  readonly commitment: bigint
}

export type Accumulator = AccumulatorPeak | EmptyAccumulator

/** One opening of a list commitment as the step circuit takes it: root, size and the commitment of the rest. */
export type Opening = readonly [root: bigint, size: bigint, rest: bigint]

export function emptyAccumulator(poseidon: Poseidon): EmptyAccumulator {
  return { root: 0n, size: 0n, rest: null, commitment: poseidon(LIST, 0n, 0n, 0n) }
}

export function leafHash(poseidon: Poseidon, leaf: Leaf): bigint {
  return poseidon(LEAF, ...leaf)
}

function push(poseidon: Poseidon, root: bigint, size: bigint, rest: Accumulator): AccumulatorPeak {
  return { root, size, rest, commitment: poseidon(LIST, root, size, rest.commitment) }
}

export function append(poseidon: Poseidon, list: Accumulator, leaf: Leaf): AccumulatorPeak {
  const hash = leafHash(poseidon, leaf)
  const newer = list
  const older = list.rest
  if (older !== null && older.rest !== null && newer.size === older.size) {
    const root = poseidon(NODE, hash, older.root, newer.root)
    return push(poseidon, root, 2n * newer.size + 1n, older.rest)
  }
  return push(poseidon, hash, 1n, list)
}

/** What opens a list's commitment; the empty list opens as P3(0, 0, 0). */
export function openList(list: Accumulator): Opening {
  return [list.root, list.size, list.rest?.commitment ?? 0n]
}

/** The two openings an append needs: of the list itself and of what follows its newest tree. */
export function openForAppend(list: Accumulator): readonly [Opening, Opening] {
  return [openList(list), list.rest === null ? [0n, 0n, 0n] : openList(list.rest)]
}

/** Peaks, newest first. */
export function peaksOf(list: Accumulator): { root: bigint; size: bigint }[] {
  const out: { root: bigint; size: bigint }[] = []
  for (let at: Accumulator = list; at.rest !== null; at = at.rest) out.push({ root: at.root, size: at.size })
  return out
}

/**
 * Rebuilds a list from its peaks (newest first). Null when no sequence of appends makes such sizes: they must be of
 * the form 2^k − 1 and grow strictly, save that the two newest may be equal.
 */
export function fromPeaks(
  poseidon: Poseidon,
  peaks: readonly { readonly root: bigint; readonly size: bigint }[],
): Accumulator | null {
  let list: Accumulator = emptyAccumulator(poseidon)
  for (let i = peaks.length - 1; i >= 0; i--) {
    const { root, size } = peaks[i] as { root: bigint; size: bigint }
    if (size < 1n || (size & (size + 1n)) !== 0n) return null
    if (list.rest !== null && (size > list.size || (size === list.size && i !== 0))) return null
    list = push(poseidon, root, size, list)
  }
  return list
}

/** Number of leaves. */
export function leafCount(list: Accumulator): bigint {
  let count = 0n
  for (const { size } of peaksOf(list)) count += size
  return count
}
