import { cdeDecodeOptions, cdeEncodeOptions, type DecodeOptions, decode, type EncodeOptions, encode } from 'cbor2'
import { equalBytes, type Result } from '../../lib/index.ts'

const ENCODE: EncodeOptions = { ...cdeEncodeOptions, rejectFloats: true, rejectUndefined: true }

/** A record is flat; what is deeper is no record. */
const RECORD_DEPTH = 4

const DECODE: DecodeOptions = {
  ...cdeDecodeOptions,
  rejectDuplicateKeys: true,
  rejectFloats: true,
  rejectSimple: true,
  rejectUndefined: true,
}

/** CBOR in the one form that RFC 8949 §4.2.1 allows: shortest lengths, keys in the order of their encoded bytes. */
export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, ENCODE)
}

export type CborResult = Result<{ readonly value: unknown }, 'not-cbor' | 'not-deterministic'>

/**
 * One value and nothing after it, in its one deterministic form. The decoder refuses what it knows of (long lengths,
 * indefinite ones, keys out of order or twice, floats); encoding anew and comparing covers the rest: tags too, none of
 * which comes back as plain data that encodes to the same bytes and passes a record's schema.
 *
 * @param maxDepth of arrays and maps within each other, what they hold counted too
 */
export function decodeCbor(bytes: Uint8Array, maxDepth = RECORD_DEPTH): CborResult {
  let value: unknown
  try {
    value = decode(bytes, { ...DECODE, maxDepth })
  } catch (error) {
    const reject = readable(bytes, maxDepth) ? 'not-deterministic' : 'not-cbor'
    return { ok: false, reject, detail: (error as Error).message.slice(0, 200) }
  }
  let again: Uint8Array
  try {
    again = encodeCbor(value)
  } catch (error) {
    return { ok: false, reject: 'not-deterministic', detail: (error as Error).message.slice(0, 200) }
  }
  if (equalBytes(again, bytes)) return { ok: true, value }
  return { ok: false, reject: 'not-deterministic', detail: 'the same value has another deterministic form' }
}

/** Whether a lenient decoder takes it: then it is the form alone that is wrong. */
function readable(bytes: Uint8Array, maxDepth: number): boolean {
  try {
    decode(bytes, { maxDepth })
    return true
  } catch {
    return false
  }
}
