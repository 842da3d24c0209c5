import { decodeField, FIELD_BYTES } from '../../src/bus/index.ts'

/** Bytes of a hash of which the low 248 bits fit into one element. */
const LOW_BYTES = 31
const HALF_BYTES = 16

/** `field(h)`: the low 248 bits of 32 bytes, read little-endian. */
export function elementOf(bytes: Uint8Array): bigint {
  return littleEndian(hash(bytes).subarray(0, LOW_BYTES))
}

/** `lo(h)` and `hi(h)`: bytes 0–15 and 16–31, each read little-endian. */
export function halvesOf(bytes: Uint8Array): { readonly low: bigint; readonly high: bigint } {
  const whole = hash(bytes)
  return { low: littleEndian(whole.subarray(0, HALF_BYTES)), high: littleEndian(whole.subarray(HALF_BYTES)) }
}

function hash(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== FIELD_BYTES) throw new RangeError(`32 bytes, not ${bytes.length}`)
  return bytes
}

/** At most 31 bytes: always below the field's order. */
function littleEndian(bytes: Uint8Array): bigint {
  const whole = new Uint8Array(FIELD_BYTES)
  whole.set(bytes)
  return (decodeField(whole) as [bigint])[0]
}
