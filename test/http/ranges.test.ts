import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRange } from '../../src/http/ranges.ts'

const bytes = (length: number) => Array.from({ length }, (_, i) => i)
const part = (value: string, length: number) => {
  const range = readRange(value, length)
  return typeof range === 'string' ? range : bytes(length).slice(range.start, range.end)
}

it('is what the bytes are counted to be, from the front and from the back', () => {
  const number = fc.nat(40)
  fc.assert(
    fc.property(number, number, fc.nat(20), (first, last, length) => {
      const all = bytes(length)
      const there = first >= length ? 'unsatisfiable' : all.slice(first)
      expect(part(`bytes=${first}-`, length)).toEqual(there)
      expect(part(`bytes=${first}-${last}`, length)).toEqual(
        last < first ? 'whole' : typeof there === 'string' ? there : all.slice(first, last + 1),
      )
      const suffix = length === 0 ? 'whole' : all.slice(-last)
      expect(part(`bytes=-${last}`, length)).toEqual(last === 0 ? 'unsatisfiable' : suffix)
    }),
  )
})

it('does not lose itself in numbers of any length', () => {
  const long = '9'.repeat(400)
  expect(part(`bytes=${long}-`, 9)).toBe('unsatisfiable')
  expect(part(`bytes=3-${long}`, 5)).toEqual([3, 4])
  expect(part(`bytes=-${long}`, 3)).toEqual([0, 1, 2])
  expect(part(`bytes=0-${Number.MAX_SAFE_INTEGER}`, 2)).toEqual([0, 1])
})

it.each([
  'bytes=',
  'bytes=-',
  'bytes=a-b',
  'bytes=1-2,4-5',
  'bytes=0-0, -1',
  'bytes= 1 - 2',
  'bytes=+1-2',
  'bytes=1-2;x',
  'items=1-2',
  '1-2',
  '',
])('%j is answered in full', (value) => expect(readRange(value, 10)).toBe('whole'))

it('knows its unit in any case, and blanks around', () => expect(part('BYTES= 1-2\t', 10)).toEqual([1, 2]))
