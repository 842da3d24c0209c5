import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isListLength, recordList, recordSlots } from '../../src/compute/input/record-list.ts'
import { listOf } from './record-state.ts'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
const record = fc.record({ author: bytes, program: bytes, seq: fc.maxSafeNat(), message: bytes })

describe('a list of records', () => {
  test('is what the circuit’s reference makes of them', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 4 }), (records) => {
        const plain = records.map((one) => ({ ...one, seq: BigInt(one.seq) }))
        expect(recordList(records, 2 + 4 * 104)).toEqual(listOf(plain, 4))
      }),
    )
  })

  test('has room for whole records alone', () => {
    expect([106, 210, 3330].map(recordSlots)).toEqual([1, 2, 32])
    for (const bytes of [0, 2, 105, 107]) {
      expect(isListLength(bytes)).toBe(false)
      expect(() => recordSlots(bytes)).toThrow(RangeError)
    }
    const one = { author: new Uint8Array(32), program: new Uint8Array(32), seq: 1, message: new Uint8Array(32) }
    expect(() => recordList([one, one], 106)).toThrow(RangeError)
  })
})
