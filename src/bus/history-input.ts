import type { AccumulatorPath } from './accumulator-path.ts'
import type { Leaf } from './leaf.ts'
import { planPath } from './path-plan.ts'

/** Exponents of trees that the circuit is made for: lists of up to 2^22 leaves. */
export const HISTORY_LEVELS = 22

/** Inputs of HistoryPath in circuits/lib/history.circom, by signal name; HistoryHeader takes them too. */
export type HistoryPathInput = {
  readonly leaf: Leaf
  readonly siblings: readonly (readonly [bigint, bigint])[]
  readonly rest: bigint
  readonly peaks: readonly bigint[]
  readonly twin: bigint
}

/**
 * A path as the circuit takes it: each element at the exponent of the tree it belongs to, zero where there is none. The
 * leaf is number `index` (from 0) of `count`; `empty` is the commitment of the empty list. Throws a RangeError for a
 * place outside the list, a list of more than 2^levels leaves, and a path of another length.
 */
export function historyPathInput(
  place: { readonly count: number; readonly index: number; readonly leaf: Leaf; readonly path: AccumulatorPath },
  empty: bigint,
  levels: number = HISTORY_LEVELS,
): HistoryPathInput {
  const { count, index, leaf, path } = place
  if (count > 2 ** levels) throw new RangeError(`${count} leaves are more than 2^${levels}`)
  const { halves, steps, size, older, newer } = planPath(count, index)
  const elements = path.values()
  const take = (): bigint => {
    const { value } = elements.next()
    if (value === undefined) throw new RangeError('the path is too short')
    return value
  }
  const siblings = Array.from({ length: levels - 1 }, (): readonly [bigint, bigint] => [0n, 0n])
  const peaks = new Array<bigint>(levels - 2).fill(0n)
  let twin = 0n

  // The leaf is the root of a tree of this exponent, and each step up adds one.
  const own = exponent(size) - steps.length
  if (halves !== null) siblings[own - 2] = [take(), take()]
  for (let up = 1; up <= steps.length; up++) siblings[own + up - 2] = [take(), take()]
  const rest = older === 0 ? empty : take()
  let before = size
  for (const peak of newer) {
    const root = take()
    if (peak.size === before) twin = root
    else peaks[exponent(peak.size) - 1] = root
    before = peak.size
  }
  if (elements.next().done !== true) throw new RangeError('the path is too long')
  return { leaf, siblings, rest, peaks, twin }
}

/** Of a tree of 2^e − 1 leaves: e. */
function exponent(size: number): number {
  return Math.log2(size + 1)
}
