import { FIELD_MODULUS } from '../proving/index.ts'

export { FIELD_MODULUS }

/**
 * Elements of the BN254 scalar field at the boundary to native code: 32 bytes little-endian, canonical (below the
 * modulus). A vector is its elements one after another.
 */
export const FIELD_BYTES = 32

const MASK_64 = (1n << 64n) - 1n

/** Encodes elements; a value outside the field is a bug of the caller, hence the exception. */
export function encodeField(elements: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(elements.length * FIELD_BYTES)
  const view = new DataView(out.buffer)
  elements.forEach((element, i) => {
    if (element < 0n || element >= FIELD_MODULUS) throw new RangeError(`element ${i} is outside the field`)
    for (let limb = 0; limb < 4; limb++) {
      view.setBigUint64(i * FIELD_BYTES + limb * 8, (element >> BigInt(64 * limb)) & MASK_64, true)
    }
  })
  return out
}

/** Decodes a vector; null when its length or one of its elements is not canonical. */
export function decodeField(bytes: Uint8Array): bigint[] | null {
  if (bytes.length % FIELD_BYTES !== 0) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: bigint[] = []
  for (let at = 0; at < bytes.length; at += FIELD_BYTES) {
    let element = 0n
    for (let limb = 3; limb >= 0; limb--) element = (element << 64n) | view.getBigUint64(at + limb * 8, true)
    if (element >= FIELD_MODULUS) return null
    out.push(element)
  }
  return out
}
