import fc from 'fast-check'
import { expect, it } from 'vitest'
import { equalBytes, readUint32, uint32Bytes, utf8 } from '../../src/lib/index.ts'

it('a uint32 is read back wherever it lies', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.uint8Array({ maxLength: 9 }), (value, before) => {
      const bytes = Uint8Array.from([...before, ...uint32Bytes(value)])
      // In a view that does not begin where its buffer does, too.
      const inner = Uint8Array.from([7, ...bytes]).subarray(1)
      expect(readUint32(bytes, before.length)).toBe(value)
      expect(readUint32(inner, before.length)).toBe(value)
      expect(() => readUint32(bytes, before.length + 1)).toThrow(RangeError)
    }),
  )
})

it.each([-1, 2 ** 32, 0.5, Number.NaN, '7' as unknown as number])('%s is no uint32', (value) => {
  expect(() => uint32Bytes(value)).toThrow(RangeError)
})

it('bytes are equal by content alone, texts are UTF-8 or null', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  expect(utf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
  expect(utf8(Uint8Array.of(0xc3, 0x28))).toBeNull()
})
