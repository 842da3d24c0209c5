import { tagged } from '../accumulator.ts'
import { bits, number, rangeCheck } from '../range.ts'
import { field, type Scope } from '../signals.ts'
import { canonicalBits, drawnUnit } from './draw.ts'
import { openedUnit, treePath, twoHashes } from './opening.ts'

/** Inputs of Win as the circuit names them, one of a pair for each unit. */
export interface WinSignals {
  readonly net: bigint
  readonly challengeHigh: bigint
  readonly challengeLow: bigint
  readonly keyHigh: bigint
  readonly keyLow: bigint
  readonly first: bigint
  readonly units: bigint
  readonly tableRoot: bigint
  readonly threshold: bigint
  readonly number: bigint
  readonly encoded: readonly (readonly bigint[])[]
  readonly blobChildren: readonly (readonly (readonly bigint[])[])[]
  readonly root: readonly bigint[]
  readonly length: readonly bigint[]
  readonly coding: readonly bigint[]
  readonly entry: readonly bigint[]
  readonly start: readonly bigint[]
  readonly count: readonly bigint[]
  readonly tableChildren: readonly (readonly (readonly bigint[])[])[]
}

const PUBLIC = [
  ...(['net', 'challengeHigh', 'challengeLow', 'keyHigh', 'keyLow', 'first', 'units', 'tableRoot'] as const),
  ...(['threshold', 'number'] as const),
]
const OF_UNIT = ['root', 'length', 'coding', 'entry', 'start', 'count'] as const

/** Every signal of Win. */
export function win(s: Scope, given: WinSignals): void {
  const open = Object.fromEntries(PUBLIC.map((name) => [name, s.put(name, given[name])])) as Open
  const units = [0, 1].map((unit) => unitInputs(s, given, unit)) as [UnitInputs, UnitInputs]
  const { net, challengeHigh, challengeLow, keyHigh, keyLow, first, number: t } = open
  const drawn = [net, challengeHigh, challengeLow, keyHigh, keyLow, first, t]
  const [alpha, beta] = twoHashes(s.part('seed'), 21n, drawn)
  const one = readUnit(s, 0, { alpha, beta }, units[0], open)
  const second = tagged(s.part('second'), 22n, [beta, one])
  const two = readUnit(s, 1, { alpha, beta: second }, units[1], open)
  const ticket = tagged(s.part('ticket'), 23n, [beta, one, two])
  const low = number(canonicalBits(s.part('canonical'), ticket).slice(0, 128))
  rangeCheck(s.part('below'), 128, field(open.threshold - 1n - low))
}

type Open = Readonly<Record<(typeof PUBLIC)[number], bigint>>

function unitInputs(s: Scope, given: WinSignals, unit: number) {
  const levels = (name: 'blobChildren' | 'tableChildren') =>
    given[name][unit]!.map((level, k) => level.map((child, i) => s.put(`${name}[${unit}][${k}][${i}]`, child)))
  const [root, length, coding, entry, start, count] = OF_UNIT.map((name) => {
    return s.put(`${name}[${unit}]`, given[name][unit]!)
  }) as Six
  return {
    encoded: given.encoded[unit]!.map((value, i) => s.put(`encoded[${unit}][${i}]`, value)),
    blobChildren: levels('blobChildren'),
    tableChildren: levels('tableChildren'),
    ...{ root, length, coding, entry, start, count },
  }
}

type UnitInputs = ReturnType<typeof unitInputs>

/** Draws, opens and sums up one unit; its sum. */
function readUnit(
  s: Scope,
  at: number,
  { alpha, beta }: { readonly alpha: bigint; readonly beta: bigint },
  unit: UnitInputs,
  open: Open,
): bigint {
  const bit = drawnUnit(s.part(`draw[${at}]`), 24, { beta, count: open.units })
  tableUnit(s.part(`unit[${at}]`), open, unit, bit)
  return summary(s.part(`summary[${at}]`), alpha, unit.encoded)
}

export function summary(s: Scope, alpha: bigint, elements: readonly bigint[]): bigint {
  const point = s.put('point', alpha)
  const element = elements.map((value, i) => s.put(`element[${i}]`, value))
  let sum = 0n
  for (let i = 255; i >= 0; i--) {
    sum = s.put(`sum[${i}]`, sum * point + element[i]!)
    if (i < 255) s.constrain(`sum[${i}]`)
  }
  return s.put('out', sum)
}

function tableUnit(s: Scope, open: Open, given: UnitInputs, drawn: readonly bigint[]): void {
  const [net, keyHigh, keyLow, first] = (['net', 'keyHigh', 'keyLow', 'first'] as const).map((name) =>
    s.put(name, open[name]),
  ) as [bigint, bigint, bigint, bigint]
  s.put('tableRoot', open.tableRoot)
  const bit = drawn.map((one, i) => s.put(`bit[${i}]`, one))
  const encoded = given.encoded.map((value, i) => s.put(`encoded[${i}]`, value))
  const levels = (name: 'blobChildren' | 'tableChildren') =>
    given[name].map((level, k) => level.map((child, i) => s.put(`${name}[${k}][${i}]`, child)))
  const [blobChildren, tableChildren] = [levels('blobChildren'), levels('tableChildren')]
  const [root, length, coding, entry, start, count] = OF_UNIT.map((name) => s.put(name, given[name])) as Six

  const chunkNumber = field(first + number(bit.slice(4)) - start)
  const chunk = bits(s.part('chunk'), 12, chunkNumber)
  rangeCheck(s.part('left'), 12, field(count - 1n - chunkNumber))
  const id = tagged(s.part('id'), 19n, [root, length, coding])
  const base = tagged(s.part('base'), 17n, [net, id, keyLow, keyHigh])
  openedUnit(s.part('opened'), { base, bit: [...bit.slice(0, 4), ...chunk], encoded, children: blobChildren })
  const leaf = tagged(s.part('leaf'), 20n, [id, start, count])
  const digits = bits(s.part('number'), 24, entry)
  treePath(s.part('table'), 41n, { child: leaf, bit: digits, children: tableChildren })
}

type Six = [bigint, bigint, bigint, bigint, bigint, bigint]
