import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EntityTag, readEntityTags, sameStrongly, sameWeakly } from '../../src/http/entity-tags.ts'
import { precondition, rangeApplies } from '../../src/http/preconditions.ts'

/** Characters that may stand between the quotes (RFC 9110, 8.8.3), as Node gives them: a byte each. */
const ALLOWED = [0x21, ...codes(0x23, 0x7e), ...codes(0x80, 0xff)].map((code) => String.fromCharCode(code))
const opaque = fc.array(fc.constantFrom(...ALLOWED), { maxLength: 20 }).map((characters) => characters.join(''))
const tag: fc.Arbitrary<EntityTag> = fc.record({ weak: fc.boolean(), opaque })
const blank = fc.constantFrom('', ' ', '\t', ' \t ')
const written = ({ weak, opaque }: EntityTag) => `${weak ? 'W/' : ''}"${opaque}"`

function codes(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

describe('readEntityTags', () => {
  it('reads every list that the standard can write, empty elements among them', () => {
    const element = fc.option(tag, { nil: null })
    fc.assert(
      fc.property(fc.array(fc.tuple(blank, element, blank), { maxLength: 8 }), (elements) => {
        const value = elements.map(([before, of, after]) => before + (of === null ? '' : written(of)) + after).join(',')
        expect(readEntityTags(value)).toEqual(elements.flatMap(([, of]) => (of === null ? [] : [of])))
      }),
    )
  })

  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['', []],
    [',', []],
    ['"a,b"', [{ weak: false, opaque: 'a,b' }]],
    ['""', [{ weak: false, opaque: '' }]],
    [
      'W/"x", "y"',
      [
        { weak: true, opaque: 'x' },
        { weak: false, opaque: 'y' },
      ],
    ],
    ['"\\"', [{ weak: false, opaque: '\\' }]],
  ])('%j is read', (value, expected) => expect(readEntityTags(value)).toEqual(expected))

  it.each([
    'a',
    '"a',
    'a"',
    '"a" "b"',
    '"a""b"',
    'w/"a"',
    'W/ "a"',
    'W/',
    '*, "a"',
    '"a", *',
    '**',
    '"a\u0020b"',
    '"\u007f"',
    '"a\u0000"',
  ])('%j is nothing at all', (value) => expect(readEntityTags(value)).toBe(null))

  it('never throws, whatever comes, and reads only what writes back the same', () => {
    const piece = fc.oneof(fc.constantFrom('"', 'W/', ',', ' ', '*', '\t', '\\', 'a'), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const value = pieces.join('')
        const tags = readEntityTags(value)
        if (tags === null || tags === '*') return
        expect(readEntityTags(tags.map(written).join(', '))).toEqual(tags)
        for (const each of tags) expect(value).toContain(written(each))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no longer than the value is long', () => {
    const value = 'W/"", '.repeat(1 << 16)
    const began = performance.now()
    expect(readEntityTags(value)).toHaveLength(1 << 16)
    expect(readEntityTags(`${'"'.repeat(1 << 17)}x`)).toBe(null)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

describe('comparing', () => {
  it('is what the table of RFC 9110, 8.8.3.2 says', () => {
    const one = { weak: false, opaque: '1' }
    const weakOne = { weak: true, opaque: '1' }
    const weakTwo = { weak: true, opaque: '2' }
    for (const [a, b, strongly, weakly] of [
      [weakOne, weakOne, false, true],
      [weakOne, weakTwo, false, false],
      [weakOne, one, false, true],
      [one, one, true, true],
    ] as const) {
      expect([sameStrongly(a, b), sameWeakly(a, b)]).toEqual([strongly, weakly])
      expect([sameStrongly(b, a), sameWeakly(b, a)]).toEqual([strongly, weakly])
    }
  })
})

describe('a conditional request', () => {
  const met = (headers: Record<string, string>, etag: string | null = '"now"') => precondition(headers, etag)

  it('is answered by 304 exactly where If-None-Match names what there is', () => {
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 6 }), tag, (tags, own) => {
        const same = tags.some((each) => each.opaque === own.opaque)
        const value = tags.map(written).join(', ')
        expect(met({ 'if-none-match': value }, written(own))).toBe(same ? 'not-modified' : 'send')
        expect(met({ 'if-none-match': value === '' ? written(own) : `${value} , ${written(own)}` }, written(own))).toBe(
          'not-modified',
        )
      }),
    )
    expect(met({ 'if-none-match': '*' })).toBe('not-modified')
    expect(met({ 'if-none-match': '*' }, null)).toBe('not-modified')
    expect(met({ 'if-none-match': '"now"' }, null)).toBe('send')
    expect(met({ 'if-none-match': 'now' })).toBe('send')
  })

  it('is refused where If-Match names it not, strongly; If-None-Match comes after that', () => {
    expect(met({ 'if-match': '"now"' })).toBe('send')
    expect(met({ 'if-match': '*' }, null)).toBe('send')
    for (const value of ['"then"', 'W/"now"', '', 'now', '"now"x']) expect(met({ 'if-match': value })).toBe('failed')
    expect(met({ 'if-match': 'W/"now"' }, 'W/"now"')).toBe('failed')
    expect(met({ 'if-match': '"then"', 'if-none-match': '"now"' })).toBe('failed')
    expect(met({ 'if-match': '"now"', 'if-none-match': '"now"' })).toBe('not-modified')
  })

  it('has its range only of the very thing that If-Range names', () => {
    const applies = (value: string, etag: string | null = '"now"') => rangeApplies({ 'if-range': value }, etag)
    expect(rangeApplies({}, null)).toBe(true)
    expect(applies('"now"')).toBe(true)
    for (const value of ['"then"', 'W/"now"', '"now", "then"', '*', 'Sat, 29 Oct 1994 19:43:31 GMT', '']) {
      expect(applies(value), value).toBe(false)
    }
    expect(applies('W/"now"', 'W/"now"')).toBe(false)
    expect(applies('"now"', null)).toBe(false)
  })
})
