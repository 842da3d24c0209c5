import { FIELD_BYTES } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { MaskKernel } from '../../src/proving/index.ts'
import { UNIT_BYTES } from '../blob/shape.ts'
import type { Keeping, UnitsPlace } from './keeping.ts'
import { maskBase } from './mask-base.ts'

/** Bytes of an encoded unit: 256 elements. */
export const ENCODED_UNIT_BYTES = 256 * FIELD_BYTES

/**
 * Under the mask and a provider's key: a form that only much work makes from the units, and little work turns back. All
 * sixteen units of a chunk are encoded, those that pad it too: tries draw them like any other.
 *
 * @param networkHash 32 bytes
 * @param key the provider's x-only public key, 32 bytes
 */
export function encodedKeeping(mask: MaskKernel, networkHash: Uint8Array, key: Uint8Array): Keeping {
  const baseOf = (id: string) => maskBase(mask, networkHash, id, key)
  return {
    name: `encoded-${bytesToHex(key)}`,
    unitBytes: ENCODED_UNIT_BYTES,
    async keep({ id, first }, units) {
      // All cores: there is much to do, and one chunk at a time is.
      return await mask.maskUnits(baseOf(id), numbersOf(first, units.length / UNIT_BYTES), units, true)
    },
    async give({ id, first }, kept) {
      const numbers = numbersOf(first, kept.length / ENCODED_UNIT_BYTES)
      const given = await mask.unmaskUnits(baseOf(id), numbers, kept, false)
      const units = given.subarray(0, numbers.length * UNIT_BYTES)
      return given.subarray(units.length).every((isUnit) => isUnit === 1) ? units : null
    },
  }
}

function numbersOf(first: UnitsPlace['first'], count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => first + i)
}
