import { tagged } from '../accumulator.ts'
import { bits, isNonNegative, isZero, number, rangeCheck } from '../range.ts'
import { field, type Scope } from '../signals.ts'
import type { EachModel } from './header-stream.ts'

/** Every signal of Each where it is Statistics(length, lengthBits). From the second slot on the stream has begun: 1. */
export function statistics(length: number, lengthBits: number): EachModel {
  const model = (each: Scope, leafGiven: readonly bigint[], beforeGiven: readonly bigint[], slot: number) => {
    const row = (s: Scope, name: string, values: readonly bigint[]) =>
      values.map((value, i) => s.put(`${name}[${i}]`, value))
    row(each, 'leaf', leafGiven)
    row(each, 'before', beforeGiven)
    const s = each.part('statistics')
    const leaf = row(s, 'leaf', leafGiven)
    const before = row(s, 'before', beforeGiven) as [bigint, bigint, bigint, bigint, bigint, bigint]
    const [log, first, last, nBits, greatest, begun] = before
    const head = bits(s.part('head').part('all'), 224, s.part('head').put('in', leaf[0]!))
    const of = (at: number) => number(head.slice(at, at + 32))
    s.part('head').put('hashLow', number(head.slice(0, 128)))
    const height = s.part('head').put('height', of(128))
    const time = s.part('head').put('time', of(160))
    const target = s.part('head').put('bits', of(192))

    const periodOf = s.put('number', height / BigInt(length))
    const place = s.put('place', height - BigInt(length) * periodOf)
    rangeCheck(s.part('numberFits'), 32, periodOf)
    rangeCheck(s.part('placeFits'), lengthBits, place)
    rangeCheck(s.part('placeBelow'), lengthBits, field(BigInt(length) - 1n - place))
    const begins = isZero(s.part('begins'), place)

    const over = s.put('over', begins * begun)
    if (slot === 0) s.constrain('over')
    const entry = s.put(
      'entry',
      over * (first + (last << 32n) + (nBits << 64n) + ((height - 1n) << 96n) + (greatest << 128n)),
    )
    s.constrain('entry')
    const chained = tagged(s.part('chained'), 64n, [log, entry, 0n], [2])
    const after0 = s.put('after[0]', log + over * (chained - log))
    s.constrain('after[0]')
    const starts = s.put('starts', 1n - begun + over)
    const after1 = s.put('after[1]', first + starts * (time - first))
    s.constrain('after[1]')
    const after3 = s.put('after[3]', nBits + starts * (target - nBits))
    s.constrain('after[3]')
    const interval = s.put('interval', begun * (time - last + (1n << 32n)))
    if (slot === 0) s.constrain('interval')
    const kept = s.put('kept', greatest * (1n - starts))
    s.constrain('kept')
    const more = isNonNegative(s.part('greater'), 33, interval - kept)
    const after4 = s.put('after[4]', kept + more * (interval - kept))
    s.constrain('after[4]')
    const after = [after0, after1, s.put('after[2]', time), after3, after4, s.put('after[5]', 1n)]
    row(each, 'after', after)
    each.put('entry', entry)
    return after
  }
  return Object.assign(model, { settled: 5 })
}
