import { undetermined } from '../support/determined.ts'
import type { R1cs } from '../support/r1cs.ts'
import type { Symbols } from '../support/symbols.ts'

/** Wires that are hinted at and follow from the others by an argument that propagation does not make. */
export interface Hint {
  readonly wires: RegExp
  readonly argument: string
}

/** Names of the wires that a prover may choose once the inputs are fixed, the hints taken as their arguments have it. */
export function free(
  { r1cs, symbols }: { readonly r1cs: R1cs; readonly symbols: Symbols },
  inputs: RegExp,
  hints: readonly Hint[],
): string[] {
  const given: number[] = []
  const used = new Set<Hint>()
  symbols.names.forEach((name, wire) => {
    const hint = hints.find(({ wires }) => wires.test(name))
    if (hint !== undefined) used.add(hint)
    if (hint !== undefined || inputs.test(name)) given.push(wire)
  })
  const unused = hints.filter((hint) => !used.has(hint))
  if (unused.length > 0) throw new Error(`no wire is called ${unused.map(({ wires }) => wires).join(', ')}`)
  return undetermined(r1cs, given).map((wire) => symbols.names[wire]!)
}

/** Of BusStep. */
export const STEP_HINTS: readonly Hint[] = [
  {
    wires: /^main\.params\.target\.is\[/,
    argument:
      'CompactTarget: bits whose sum is 1, so exactly one is set; the sum of their sizes 17 + j is the size in the ' +
      'parameters, and the sizes differ, so it is known which.',
  },
  {
    wires: /^main\.retarget\.bit\[/,
    argument:
      'Retarget: the bits of a quotient. product = quotient · WANTED + remainder with 0 ≤ remainder < WANTED holds over ' +
      'the integers (both sides are below 2^146), and division with remainder has one solution.',
  },
  {
    wires: /^main\.retarget\.is\[/,
    argument:
      'Retarget: bits whose sum is 1, and quotient / 256^j of the one that is set lies between 2^15 and 2^23. Two ' +
      'such j would differ by a factor of at least 256, which is the whole width of that range.',
  },
  {
    wires: /^main\.newWork\.bit\[|^main\.next\[9\]$/,
    argument:
      'BlockWork: work is the quotient of 2^256 by T + 1, since 0 ≤ r ≤ T is proved over the integers (work.circom), ' +
      'and division with remainder has one solution. next[9] is work, in the place of a bit that was solved away.',
  },
]

/** Of BusStep: what is free all the same. */
export const STEP_FREE: readonly string[] = [
  // The inverse of zero, in IsZero: it stands in one equation, times zero, and nowhere else.
  'main.append[0].equal.inverse',
  'main.append[1].equal.inverse',
  'main.ends[0].inverse',
  'main.ends[1].inverse',
  'main.enough[0].exact.inverse',
  'main.enough[1].exact.inverse',
  'main.newWork.whole.inverse',
]

/** Of HistoryHeader(22). Present, twice, target, newest, own, newer: some of them by the name of a wire they equal. */
export const HISTORY_HINTS: readonly Hint[] = [
  {
    wires: /^main\.path\.(shape|list)\.(present|twice|opened\[0\])/,
    argument:
      'HistoryShape: each tree is there or not, the smallest perhaps twice, and their sizes 2^e − 1 add up to count. ' +
      'Taking the greatest size that fits is the only way: all smaller ones together, with the smallest of them twice, ' +
      'are at most as much.',
  },
  {
    wires: /^main\.path\.(shape|list)\.(target|newest|own|newer|opened\[2[01]\])/,
    argument:
      'HistoryShape: one tree is the leaf’s, and older trees hold as many leaves as come before it; in it the leaf is ' +
      'the root of one tree on the way, and turns are taken only above that one. Leaves before the tree, plus half a ' +
      'tree for each turn to the newer half, plus the two halves below the leaf, are the index; within a tree each of ' +
      'its places is the end of one such way, and trees do not overlap.',
  },
]

/** Of HeaderStream with Statistics. */
export const STREAM_HINTS: readonly Hint[] = [
  {
    wires: /^main\.each\[\d+\]\.statistics\.number$/,
    argument:
      'Statistics: height = length · number + place with 0 ≤ place < length holds over the integers (both sides are below ' +
      '2^34), and division with remainder has one solution.',
  },
]
