import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { medianTimePast, paddedTimes } from '../../src/bitcoin/index.ts'

const time = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 20 }),
  fc.constantFrom(0, 1, 0xfffffffe, 0xffffffff),
)

describe('median time past', () => {
  it('takes the upper middle of an even number, as Core does below height 10', () => {
    expect(medianTimePast([5])).toBe(5)
    expect(medianTimePast([5, 9])).toBe(9)
    expect(medianTimePast([9, 5])).toBe(9)
    expect(medianTimePast([1, 2, 3])).toBe(2)
    expect(medianTimePast([4, 3, 2, 1])).toBe(3)
    expect(medianTimePast([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toBe(6)
  })

  it('sorts numerically and unsigned', () => {
    expect(medianTimePast([10, 9, 100])).toBe(10)
    expect(medianTimePast([0x80000000, 1, 0xffffffff])).toBe(0x80000000)
  })

  it('is exceeded exactly by times that more than half of the window lies below', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 11 }), time, (times, next) => {
        const below = times.filter((t) => t < next).length
        expect(next > medianTimePast(times)).toBe(2 * below > times.length)
      }),
      { numRuns: 5000 },
    )
  })

  it('with the start window is "at least 6 of 11 are smaller" at every height', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 11 }), time, (times, next) => {
        const padded = paddedTimes(times)
        expect(padded).toHaveLength(11)
        // The rule is met by every chain, so the parent's time was above zero times and what preceded it.
        const chain = times.every((t, i) => i === 0 || t > medianTimePast(times.slice(0, i)))
        fc.pre(chain)
        expect(padded.filter((t) => t < next).length >= 6).toBe(next > medianTimePast(times))
      }),
      { numRuns: 20_000 },
    )
  })
})
