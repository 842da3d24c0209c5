import { poseidonSignals } from './poseidon.ts'
import { isZero } from './range.ts'
import type { Scope } from './signals.ts'

export interface AppendInput {
  readonly leaf: bigint
  readonly whole: bigint
  readonly root: bigint
  readonly size: bigint
  readonly rest: bigint
  readonly nextRoot: bigint
  readonly nextSize: bigint
  readonly nextRest: bigint
}

export interface Appended {
  readonly root: bigint
  readonly size: bigint
  readonly rest: bigint
  readonly list: bigint
}

/** `rest` must equal the opening; that equation is linear and shows in whichever constraint took it over. */
export function append(s: Scope, honest: AppendInput): Appended {
  const put = ([name, value]: [string, bigint]) => [name, s.put(name, value)]
  const input = Object.fromEntries(Object.entries(honest).map(put)) as unknown as AppendInput
  tagged(s.part('opening'), 3n, [input.nextRoot, input.nextSize, input.nextRest])
  const equal = isZero(s.part('equal'), input.size - input.nextSize)
  const node = tagged(s.part('node'), 2n, [input.leaf, input.nextRoot, input.root])
  const root = s.put('newRoot', input.leaf + equal * (node - input.leaf))
  s.constrain('newRoot')
  const size = s.put('newSize', 1n + equal * (input.size + input.nextSize))
  s.constrain('newSize')
  const rest = s.put('newRest', input.whole + equal * (input.nextRest - input.whole))
  s.constrain('newRest')
  return { root, size, rest, list: s.put('list', tagged(s.part('commitment'), 3n, [root, size, rest])) }
}

/** `fixed`: which inputs are constants of the circuit. */
export function tagged(s: Scope, tag: bigint, input: readonly bigint[], fixed: readonly number[] = []): bigint {
  const values = input.map((value, i) => s.put(`in[${i}]`, value))
  return s.put('out', poseidonSignals(s.part('poseidon'), tag, values, fixed))
}
