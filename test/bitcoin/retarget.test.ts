import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCompact, encodeCompact, mainnet, signet } from '../../src/bitcoin/index.ts'
import { TARGET_TIMESPAN } from '../../src/bitcoin/params/network-params.ts'
import { retarget } from '../../src/bitcoin/required-bits.ts'

describe('retarget', () => {
  // Bitcoin Core, test/pow_tests.cpp.
  it.each([
    ['ordinary', 1261130161, 1262152739, 0x1d00ffff, 0x1d00d86a],
    ['at the limit', 1231006505, 1233061996, 0x1d00ffff, 0x1d00ffff],
    ['lower clamp', 1279008237, 1279297671, 0x1c05a3f4, 0x1c0168fd],
    ['upper clamp', 1263163443, 1269211443, 0x1c387f6f, 0x1d00e1fd],
  ])('%s', (_, first, last, bits, expected) => {
    expect(retarget(bits, last - first, mainnet.limitCompact)).toBe(expected)
  })

  it('clamps a timespan below a quarter, and a negative one, to a quarter', () => {
    const quarter = retarget(0x1c05a3f4, 302_400, mainnet.limitCompact)
    for (const span of [302_399, 1, 0, -1, -302_400, -4_838_401, -(2 ** 32)]) {
      expect(retarget(0x1c05a3f4, span, mainnet.limitCompact)).toBe(quarter)
    }
    expect(retarget(0x1c05a3f4, 302_500, mainnet.limitCompact)).not.toBe(quarter)
  })

  it('clamps a timespan above four times to four times', () => {
    const four = retarget(0x1b05a3f4, 4_838_400, mainnet.limitCompact)
    for (const span of [4_838_401, 2 ** 32]) expect(retarget(0x1b05a3f4, span, mainnet.limitCompact)).toBe(four)
    expect(retarget(0x1b05a3f4, 4_838_000, mainnet.limitCompact)).not.toBe(four)
  })

  it('never passes the limit, whose fourfold timespan just fits 256 bits on signet', () => {
    const limit = decodeCompact(signet.limitCompact).target
    expect((limit * 4_838_400n) >> 256n).toBe(0n)
    expect((decodeCompact(signet.limitCompact + 1).target * 4_838_400n) >> 256n).toBe(1n)
    expect(retarget(signet.limitCompact, 4_838_400, signet.limitCompact)).toBe(signet.limitCompact)
    expect(retarget(signet.limitCompact, TARGET_TIMESPAN + 1, signet.limitCompact)).toBe(signet.limitCompact)
    expect(retarget(signet.limitCompact, TARGET_TIMESPAN - 1, signet.limitCompact)).toBe(signet.limitCompact - 1)
  })

  it('agrees with the definition over signed timespans', () => {
    const limit = decodeCompact(mainnet.limitCompact).target
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n << 120n, max: limit }).map(encodeCompact),
        fc.oneof(
          fc.integer({ min: -(2 ** 32), max: 2 ** 32 }),
          fc.integer({ min: 302_390, max: 302_410 }),
          fc.integer({ min: 4_838_390, max: 4_838_410 }),
          fc.integer({ min: 1_209_000, max: 1_210_000 }),
        ),
        (bits, span) => {
          const result = decodeCompact(retarget(bits, span, mainnet.limitCompact)).target
          const old = decodeCompact(bits).target
          const spans = [302_400n, BigInt(span), 4_838_400n].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
          const clamped = spans[1]!
          // result is the greatest compact value at or below min(limit, old * clamped / wanted), over the rationals.
          expect(result <= limit).toBe(true)
          expect(result * 1_209_600n <= old * clamped).toBe(true)
          const above = decodeCompact(encodeCompact(result) + 1).target
          if (result < limit) expect(above * 1_209_600n > old * clamped).toBe(true)
        },
      ),
      { numRuns: 5000 },
    )
  })
})
