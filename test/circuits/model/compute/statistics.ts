import { bits, isNonNegative, isZero, number, rangeCheck } from '../range.ts'
import { field, type Scope } from '../signals.ts'
import type { EachModel } from './header-stream.ts'

/** Every signal of Each where it is Statistics(length, lengthBits). */
export function statistics(length: number, lengthBits: number): EachModel {
  return (each, leafGiven, beforeGiven) => {
    const row = (s: Scope, name: string, values: readonly bigint[]) =>
      values.map((value, i) => s.put(`${name}[${i}]`, value))
    row(each, 'leaf', leafGiven)
    row(each, 'before', beforeGiven)
    const s = each.part('statistics')
    const leaf = row(s, 'leaf', leafGiven)
    const before = row(s, 'before', beforeGiven) as [bigint, bigint, bigint, bigint, bigint]
    const [first, last, nBits, greatest, begun] = before
    const head = bits(s.part('head').part('all'), 224, s.part('head').put('in', leaf[0]!))
    const of = (at: number) => number(head.slice(at, at + 32))
    s.part('head').put('hashLow', number(head.slice(0, 128)))
    const height = s.part('head').put('height', of(128))
    const time = s.part('head').put('time', of(160))
    const target = s.part('head').put('bits', of(192))

    const periodOf = s.put('number', height / BigInt(length))
    const place = s.put('place', height - BigInt(length) * periodOf)
    rangeCheck(s.part('numberFits'), 33 - lengthBits, periodOf)
    rangeCheck(s.part('placeFits'), lengthBits, place)
    rangeCheck(s.part('placeBelow'), lengthBits, field(BigInt(length) - 1n - place))
    const begins = isZero(s.part('begins'), place)

    const over = s.put('over', begins * begun)
    s.constrain('over')
    const entry = s.put(
      'entry',
      over * (first + (last << 32n) + (nBits << 64n) + ((height - 1n) << 96n) + (greatest << 128n)),
    )
    s.constrain('entry')
    const starts = s.put('starts', 1n - begun + over)
    const afterFirst = s.put('after[0]', first + starts * (time - first))
    s.constrain('after[0]')
    const afterBits = s.put('after[2]', nBits + starts * (target - nBits))
    s.constrain('after[2]')
    const interval = s.put('interval', begun * (time - last + (1n << 32n)))
    s.constrain('interval')
    const kept = s.put('kept', greatest * (1n - starts))
    s.constrain('kept')
    const more = isNonNegative(s.part('greater'), 33, interval - kept)
    const afterGreatest = s.put('after[3]', kept + more * (interval - kept))
    s.constrain('after[3]')
    const after = [afterFirst, s.put('after[1]', time), afterBits, afterGreatest, s.put('after[4]', 1n)]
    row(each, 'after', after)
    return { after, entry: each.put('entry', entry) }
  }
}
