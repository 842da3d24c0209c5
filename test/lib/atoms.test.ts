import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ZodType } from 'zod'
import { bytesToHex, hash256, hexOf, hexUpTo, satoshis, uint32 } from '../../src/lib/index.ts'

const takes = (schema: ZodType, value: unknown) => schema.safeParse(value).success

it('hexadecimal of so many bytes, lower case, and nothing around it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (bytes, length) => {
      const hex = bytesToHex(bytes)
      expect(takes(hexOf(length), hex)).toBe(bytes.length === length)
      expect(takes(hexUpTo(length), hex)).toBe(bytes.length <= length)
      for (const bad of [`${hex}\n`, ` ${hex}`, `${hex}g`, `${hex}0`]) {
        expect([takes(hexOf(bytes.length), bad), takes(hexUpTo(64), bad)]).toEqual([false, false])
      }
    }),
  )
  expect(takes(hexUpTo(10_000_000), 'ab'.repeat(10_000_000))).toBe(true)
  expect(takes(hash256, 'A'.repeat(64))).toBe(false)
  expect(takes(hash256, 'a'.repeat(64))).toBe(true)
})

it.each([
  ['uint32', uint32, [0, 0xffff_ffff], [-1, 2 ** 32, 0.5, '7', Number.NaN, null, 7n]],
  ['satoshis', satoshis, ['0', '2100000000000000'], ['', '-1', '1.0', '1e3', '10000000000000000', 1, 1n]],
] as const)('%s: their bounds', (_name, schema, good, bad) => {
  expect(good.filter((value) => !takes(schema, value))).toEqual([])
  expect(bad.filter((value) => takes(schema, value))).toEqual([])
})
