import { type Hinted, historyHeader } from '../history.ts'
import { isNonNegative, rangeCheck } from '../range.ts'
import type { Scope } from '../signals.ts'

/** Of HeaderAt: its inputs, the opening as one row of elements. */
export interface HeaderAtInput {
  readonly history: bigint
  readonly start: bigint
  readonly tip: bigint
  readonly height: bigint
  readonly opening: readonly bigint[]
}

const FIELDS = ['time', 'bits', 'version', 'nonce', 'hashHigh', 'hashLow', 'rootHigh', 'rootLow'] as const

/** Every signal of HeaderAt(levels); `hinted` is the place whose shape is hinted at. Its outputs by name. */
export function headerAt(s: Scope, levels: number, given: HeaderAtInput, hinted: Hinted) {
  const [history, start, tip, height] = (['history', 'start', 'tip', 'height'] as const).map((name) =>
    s.put(name, given[name]),
  ) as [bigint, bigint, bigint, bigint]
  const opening = given.opening.map((element, i) => s.put(`opening[${i}]`, element))
  const after = 3 + 2 * (levels - 1)
  const header = s.part('header')
  const fields = historyHeader(
    header,
    levels,
    {
      ...{ commitment: history, start, count: tip - start + 1n, height },
      leaf: opening.slice(0, 3) as [bigint, bigint, bigint],
      siblings: Array.from({ length: levels - 1 }, (_, k) => [opening[3 + 2 * k]!, opening[4 + 2 * k]!] as const),
      rest: opening[after]!,
      peaks: opening.slice(after + 1, after + levels - 1),
      twin: opening[after + levels - 1]!,
    },
    hinted,
  )
  return Object.fromEntries(FIELDS.map((name) => [name, s.put(name, fields[name])])) as typeof fields
}

export interface LongEpochInput {
  readonly history: bigint
  readonly start: bigint
  readonly ordinal: bigint
  readonly opening: readonly (readonly bigint[])[]
}

/** Every signal of LongEpoch(levels, period, seconds). */
export function longEpoch(
  s: Scope,
  [levels, period, seconds]: readonly [levels: number, period: number, seconds: number],
  given: LongEpochInput,
  hinted: readonly [Hinted, Hinted],
): void {
  const [history, start, ordinal] = (['history', 'start', 'ordinal'] as const).map((name) =>
    s.put(name, given[name]),
  ) as [bigint, bigint, bigint]
  const first = ordinal * BigInt(period)
  const tip = first + BigInt(period - 1)
  rangeCheck(s.part('whole'), 32, ordinal)
  const [opened, closed] = given.opening.map((row, i) => {
    const opening = row.map((element, k) => s.put(`opening[${i}][${k}]`, element))
    const at = { history, start, tip, height: i === 0 ? first : tip, opening }
    return headerAt(s.part(`header[${i}]`), levels, at, hinted[i]!)
  }) as [ReturnType<typeof headerAt>, ReturnType<typeof headerAt>]
  const times = [s.put('first', opened.time), s.put('last', closed.time)] as const
  s.put('bits', opened.bits)
  s.put('long', isNonNegative(s.part('longer'), 33, times[1] - times[0] - BigInt(seconds) - 1n))
}
