import { JOIN_SLOTS } from '../../../../src/compute/stream/header-stream.ts'
import { tagged } from '../accumulator.ts'
import { isZero } from '../range.ts'
import type { Scope } from '../signals.ts'
import { pushTree } from './push-tree.ts'

/** Inputs of HeaderStream as the circuit names them. */
export interface StreamSignals {
  readonly state: readonly bigint[]
  readonly active: readonly bigint[]
  readonly leaf: readonly (readonly bigint[])[]
  readonly first: readonly bigint[]
  readonly older: readonly (readonly bigint[])[]
}

/** Every signal of the program that a main file declares as Each. */
export type EachModel = (
  s: Scope,
  leaf: readonly bigint[],
  before: readonly bigint[],
) => { readonly after: readonly bigint[]; readonly entry: bigint }

const row = (s: Scope, name: string, values: readonly bigint[]) =>
  values.map((value, i) => s.put(`${name}[${i}]`, value))

/** Every signal of HeaderStream. */
export function headerStream(s: Scope, given: StreamSignals, each: EachModel): void {
  const state = row(s, 'state', given.state)
  const active = row(s, 'active', given.active)
  const leaves = given.leaf.map((leaf, slot) => row(s, `leaf[${slot}]`, leaf))
  const first = row(s, 'first', given.first)
  const older = given.older.map((opening, j) => row(s, `older[${j}]`, opening))

  let own = row(s, 'own[0]', state.slice(2))
  let entry = s.put('entry[0]', 0n)
  const hashes = leaves.map((leaf, slot) => {
    const on = active[slot]!
    s.constrain(`active[${slot}]`)
    const hash = tagged(s.part(`leafHash[${slot}]`), 1n, leaf)
    const says = each(s.part(`each[${slot}]`), leaf, own)
    own = own.map((value, w) => {
      const next = s.put(`own[${slot + 1}][${w}]`, value + on * (says.after[w]! - value))
      s.constrain(`own[${slot + 1}][${w}]`)
      return next
    })
    const before = entry
    entry = s.put(`entry[${slot + 1}]`, before + on * says.entry)
    s.constrain(`entry[${slot + 1}]`)
    // In the first slot nothing comes before.
    if (slot > 0) s.constrain(`entry[${slot + 1}] is the first`)
    return hash
  })

  tagged(s.part('opening'), 3n, first)
  let list = row(s, 'list[0]', first)
  for (let j = 0; j < JOIN_SLOTS; j++) {
    list = row(s, `list[${j + 1}]`, join(s.part(`join[${j}]`), active[j]!, hashes[j]!, list, older[j]!))
  }
  const joined = tagged(s.part('joined'), 3n, list)
  const history = pushTree(s.part('tree'), joined, hashes.slice(JOIN_SLOTS), active.slice(JOIN_SLOTS))

  const chained = tagged(s.part('chained'), 64n, [state[1]!, entry, 0n], [2])
  const silent = isZero(s.part('silent'), entry)
  s.constrain('next[1]')
  row(s, 'next', [history, chained + silent * (state[1]! - chained), ...own])
}

function join(
  s: Scope,
  activeGiven: bigint,
  leafGiven: bigint,
  list: readonly bigint[],
  olderGiven: readonly bigint[],
): bigint[] {
  const active = s.put('active', activeGiven)
  const leaf = s.put('leaf', leafGiven)
  const [root, size, rest] = ['root', 'size', 'rest'].map((name, i) => s.put(name, list[i]!)) as [
    bigint,
    bigint,
    bigint,
  ]
  const older = row(s, 'older', olderGiven) as [bigint, bigint, bigint]
  tagged(s.part('opening'), 3n, older)
  s.constrain('older is what rest commits to')
  const node = tagged(s.part('node'), 2n, [leaf, older[0], root])
  const newRoot = s.put('newRoot', root + active * (node - root))
  s.constrain('newRoot')
  const newSize = s.put('newSize', size + active * (older[1] + 1n))
  s.constrain('newSize')
  const newRest = s.put('newRest', rest + active * (older[2] - rest))
  s.constrain('newRest')
  return [newRoot, newSize, newRest]
}
