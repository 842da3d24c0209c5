import { poseidonSignals } from '../poseidon.ts'
import { field, type Scope } from '../signals.ts'

/** Inputs of ClimbHistory beside what one has. */
export interface ClimbSignals {
  readonly place: readonly bigint[]
  readonly list: bigint
  readonly siblings: readonly bigint[]
}

/** Every signal of ClimbHistory. */
export function climbHistory(
  s: Scope,
  given: bigint,
  { place: at, list: inList, siblings: beside }: ClimbSignals,
): bigint {
  const input = s.put('in', given)
  const place = at.map((value, i) => s.put(`place[${i}]`, value)) as [bigint, bigint, bigint]
  const list = s.put('list', inList)
  const [first, second] = beside.map((value, i) => s.put(`siblings[${i}]`, value)) as [bigint, bigint]
  for (const i of [0, 1, 2]) s.constrain(`place[${i}] is 0 or 1`)
  s.constrain('one place at most')
  s.constrain('list is 0 or 1')
  s.constrain('not where a list has its size')
  const low = s.put('low', place[0] * (input - first))
  s.constrain('low')
  const high = s.put('high', place[2] * (input - second))
  s.constrain('high')
  const values = [first + low, input - low - high, second + high].map(field)
  const hash = poseidonSignals(s.part('hash'), field(2n + list), values, [], false)
  s.constrain('out')
  return s.put('out', input + (place[0] + place[1] + place[2]) * (hash - input))
}
