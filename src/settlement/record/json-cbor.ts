import { cdeDecodeOptions, cdeEncodeOptions, type DecodeOptions, decode, type EncodeOptions, encode } from 'cbor2'
import { writeFloat } from 'cbor2/encoder'
import type { Json } from './json.ts'
import { JsonFloat } from './json-number.ts'

const ENCODE: EncodeOptions = { ...cdeEncodeOptions, rejectUndefined: true }

const DECODE: DecodeOptions = { ...cdeDecodeOptions, preferMap: true, rejectDuplicateKeys: true, rejectUndefined: true }

/**
 * A JSON value in CBOR as ord writes it (ciborium over serde_json: integers as such, floats in the shortest of binary16,
 * 32 and 64 that is exact), with the members of objects in the one order of RFC 8949 §4.2.1.
 */
export function encodeJson(value: Json): Uint8Array {
  return encode(writable(value), ENCODE)
}

/** Whether these bytes, read anew, say what the value says, number by number and letter by letter. */
export function holdsJson(bytes: Uint8Array, value: Json): boolean {
  try {
    return same(decode(bytes, DECODE), value)
  } catch {
    return false
  }
}

/** Whole numbers too are written as the floats they are. */
class WritableFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }

  toCBOR(...[writer, options]: [Parameters<typeof writeFloat>[1], Parameters<typeof writeFloat>[2]]): undefined {
    writeFloat(this.value, writer, options)
  }
}

function writable(value: Json): unknown {
  if (value instanceof JsonFloat) return new WritableFloat(value.value)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, writable(item)]))
  return isArray(value) ? value.map(writable) : value
}

function same(found: unknown, value: Json): boolean {
  if (value instanceof JsonFloat) return Object.is(found, value.value)
  if (typeof value === 'bigint')
    return (typeof found === 'number' || typeof found === 'bigint') && BigInt(found) === value
  if (value instanceof Map) {
    if (!(found instanceof Map) || found.size !== value.size) return false
    return [...value].every(([key, item]) => found.has(key) && same(found.get(key), item))
  }
  if (!isArray(value)) return found === value
  return Array.isArray(found) && found.length === value.length && value.every((item, i) => same(found[i], item))
}

/** `Array.isArray` forgets that an array may be read-only. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
