import { type Appended, type AppendInput, append, tagged } from '../accumulator.ts'
import { isZero } from '../range.ts'
import type { Scope } from '../signals.ts'

/** Inputs of HeaderStream as the circuit names them. */
export interface StreamSignals {
  readonly state: readonly bigint[]
  readonly active: readonly bigint[]
  readonly leaf: readonly (readonly bigint[])[]
  readonly first: readonly bigint[]
  readonly rests: readonly (readonly bigint[])[]
}

/** Every signal of the program that a main file declares as Each. */
export interface EachModel {
  (s: Scope, leaf: readonly bigint[], before: readonly bigint[], slot: number): readonly bigint[]
  /** An element that is always the same after a header, so that choosing it in later slots costs nothing. */
  readonly settled: number
}

/** Every signal of HeaderStream. */
export function headerStream(s: Scope, given: StreamSignals, each: EachModel): void {
  const row = (name: string, values: readonly bigint[]) => values.map((value, i) => s.put(`${name}[${i}]`, value))
  const state = row('state', given.state)
  const leaves = given.leaf.map((leaf, i) => row(`leaf[${i}]`, leaf))
  const first = row('first', given.first)
  const rests = given.rests.map((rest, i) => row(`rests[${i}]`, rest))
  tagged(s.part('opening'), 3n, first)
  let list = row('list[0]', [...first, state[0]!])
  let own = row('own[0]', state.slice(1))
  leaves.forEach((leaf, slot) => {
    const hash = tagged(s.part(`leafHash[${slot}]`), 1n, leaf)
    const after = each(s.part(`each[${slot}]`), leaf, own, slot)
    const [root, size, rest, whole] = list as [bigint, bigint, bigint, bigint]
    const [nextRoot, nextSize, nextRest] = rests[slot] as [bigint, bigint, bigint]
    const input = { leaf: hash, whole, root, size, rest, nextRoot, nextSize, nextRest }
    if (slot === 0) {
      list = row('list[1]', listOf(appendToAny(s.part('begin'), input)))
      own = row('own[1]', after)
      return
    }
    const on = s.bit(`active[${slot - 1}]`, given.active[slot - 1]!)
    const to = listOf(append(s.part(`append[${slot}]`), input))
    const choose = (name: string, from: readonly bigint[], into: readonly bigint[], settled?: number) =>
      from.map((value, i) => {
        const chosen = s.put(`${name}[${i}]`, value + on * (into[i]! - value))
        if (i !== settled) s.constrain(`${name}[${i}]`)
        return chosen
      })
    list = choose(`list[${slot + 1}]`, list, to)
    own = choose(`own[${slot + 1}]`, own, after, each.settled)
  })
  row('next', [list[3]!, ...own])
}

const listOf = ({ root, size, rest, list }: Appended) => [root, size, rest, list]

function appendToAny(s: Scope, given: AppendInput): Appended {
  const put = ([name, value]: [string, bigint]) => [name, s.put(name, value)]
  const input = Object.fromEntries(Object.entries(given).map(put)) as unknown as AppendInput
  const empty = isZero(s.part('empty'), input.size)
  const rest = input.rest + empty * (input.whole - input.rest)
  s.constrain('what follows is the rest, or the empty list itself')
  const to = append(s.part('append'), { ...input, size: input.size - empty, rest })
  for (const [name, value] of [
    ['newRoot', to.root],
    ['newSize', to.size],
    ['newRest', to.rest],
    ['list', to.list],
  ] as const) {
    s.put(name, value)
  }
  return to
}
