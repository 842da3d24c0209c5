import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockWork, decodeCompact, encodeCompact } from '../../src/bitcoin/index.ts'
import { slowDecode, slowEncode, slowWork } from '../support/slow-uint256.ts'

const compact = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffff, 0x800000))
    .map(([size, mantissa]) => size * 2 ** 24 + mantissa),
)
const uint256 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: -2, max: 2 })).map(([bit, d]) => {
    const n = 2n ** BigInt(bit) + BigInt(d)
    return n < 0n ? 0n : n
  }),
)

describe('compact targets', () => {
  // Bitcoin Core, test/arith_uint256_tests.cpp, bignum_SetCompact.
  it.each([
    [0x00000000, 0n, false, false, 0],
    [0x00123456, 0n, false, false, 0],
    [0x01003456, 0n, false, false, 0],
    [0x02000056, 0n, false, false, 0],
    [0x03000000, 0n, false, false, 0],
    [0x04000000, 0n, false, false, 0],
    [0x00923456, 0n, false, false, 0],
    [0x01803456, 0n, false, false, 0],
    [0x02800056, 0n, false, false, 0],
    [0x03800000, 0n, false, false, 0],
    [0x04800000, 0n, false, false, 0],
    [0x01123456, 0x12n, false, false, 0x01120000],
    [0x01fedcba, 0x7en, true, false, 0x017e0000],
    [0x02123456, 0x1234n, false, false, 0x02123400],
    [0x03123456, 0x123456n, false, false, 0x03123456],
    [0x04123456, 0x12345600n, false, false, 0x04123456],
    [0x04923456, 0x12345600n, true, false, 0x04123456],
    [0x05009234, 0x92340000n, false, false, 0x05009234],
    [0x20123456, 0x123456n << 232n, false, false, 0x20123456],
    [0xff123456, undefined, false, true, undefined],
  ])('decodes %i as Core does', (bits, target, negative, overflow, encoded) => {
    const decoded = decodeCompact(bits)
    expect([decoded.negative, decoded.overflow]).toEqual([negative, overflow])
    if (target !== undefined) expect(decoded.target).toBe(target)
    if (encoded !== undefined) expect(encodeCompact(decoded.target)).toBe(encoded)
  })

  it('moves a mantissa that reaches the sign bit one byte down', () => {
    expect(encodeCompact(0x7fn)).toBe(0x017f0000)
    expect(encodeCompact(0x80n)).toBe(0x02008000)
    expect(encodeCompact(0x7fffffn)).toBe(0x037fffff)
    expect(encodeCompact(0x800000n)).toBe(0x04008000)
    expect(encodeCompact(2n ** 256n - 1n)).toBe(0x2100ffff)
  })

  it('overflows from the 257th bit on', () => {
    for (const [bits, overflow] of [
      [0x207fffff, false],
      [0x2100ffff, false],
      [0x21010000, true],
      [0x220000ff, false],
      [0x22000100, true],
      [0x23000001, true],
      [0x23000000, false],
    ] as const) {
      expect(decodeCompact(bits).overflow).toBe(overflow)
    }
  })

  it('decodes as the slow reference does, every 32-bit value', () => {
    fc.assert(
      fc.property(compact, (bits) => {
        expect(decodeCompact(bits)).toEqual(slowDecode(bits))
      }),
      { numRuns: 2000 },
    )
  })

  it('encodes as the slow reference does, never upwards, and what it encodes comes back the same', () => {
    fc.assert(
      fc.property(uint256, (n) => {
        const bits = encodeCompact(n)
        expect(bits).toBe(slowEncode(n))
        const { target, negative, overflow } = decodeCompact(bits)
        expect([negative, overflow]).toEqual([false, false])
        expect(target <= n && n - target <= n >> 15n).toBe(true)
        expect(encodeCompact(target)).toBe(bits)
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses what is no 256-bit number', () => {
    for (const n of [-1n, 2n ** 256n]) {
      expect(() => encodeCompact(n)).toThrow(expect.objectContaining({ code: 'E_COMPACT' }))
    }
  })
})

describe('work', () => {
  it('is what Core computes within 256 bits', () => {
    fc.assert(
      fc.property(uint256, (n) => {
        const target = n === 0n ? 1n : n
        expect(blockWork(target)).toBe(slowWork(target))
      }),
      { numRuns: 300 },
    )
  })

  it('is 2^32 and a little at difficulty 1, 2 on regtest, 0 without a target', () => {
    expect(blockWork(decodeCompact(0x1d00ffff).target)).toBe(0x100010001n)
    expect(blockWork(decodeCompact(0x207fffff).target)).toBe(2n)
    expect(blockWork(2n ** 256n - 1n)).toBe(1n)
    expect(blockWork(0n)).toBe(0n)
  })
})
