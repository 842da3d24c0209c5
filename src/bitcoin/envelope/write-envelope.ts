import { concatBytes } from '../../lib/index.ts'
import { MAX_PUSH_BYTES, OP, pushBytes } from './instructions.ts'
import { TAG } from './tags.ts'

/** What to inscribe; absent fields are left out. Byte strings are written as they are. */
export interface EnvelopeContent {
  readonly contentType?: Uint8Array
  readonly contentEncoding?: Uint8Array
  readonly metaprotocol?: Uint8Array
  readonly parents?: readonly Uint8Array[]
  readonly delegate?: Uint8Array
  /** Offset of the sat to inscribe, among all sats of the outputs. */
  readonly pointer?: bigint
  /** CBOR. In more than one push (above 520 B) ord calls it `duplicate_field`. */
  readonly metadata?: Uint8Array
  readonly rune?: Uint8Array
  readonly note?: Uint8Array
  /** As `metadata`. */
  readonly properties?: Uint8Array
  readonly propertyEncoding?: Uint8Array
  /** An empty body is a body too. */
  readonly body?: Uint8Array
}

/**
 * `OP_FALSE OP_IF "ord" … OP_ENDIF` with these fields in the order ord writes them, tags as raw bytes, and no push longer
 * than 520 bytes: there is no shorter envelope of the same content. A value that only one push can hold and that is
 * longer is a RangeError.
 *
 * @example
 * import { encodeEnvelope } from 'wsc-bitcoin'
 *
 * const script = encodeEnvelope({ contentType: new TextEncoder().encode('text/plain'), body: Uint8Array.of(104, 105) })
 * console.log(script.length) // 24
 */
export function encodeEnvelope(content: EnvelopeContent): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0, OP.if), pushBytes(Uint8Array.of(0x6f, 0x72, 0x64))]
  const field = (tag: number, value: Uint8Array | undefined) => {
    if (value !== undefined) parts.push(pushBytes(Uint8Array.of(tag)), pushBytes(value))
  }
  const chunked = (tag: number, value: Uint8Array | undefined) => {
    if (value !== undefined) for (const chunk of chunks(value)) field(tag, chunk)
  }
  field(TAG.contentType, content.contentType)
  field(TAG.contentEncoding, content.contentEncoding)
  field(TAG.metaprotocol, content.metaprotocol)
  for (const parent of content.parents ?? []) field(TAG.parent, parent)
  field(TAG.delegate, content.delegate)
  field(TAG.pointer, content.pointer === undefined ? undefined : encodePointer(content.pointer))
  chunked(TAG.metadata, content.metadata)
  field(TAG.rune, content.rune)
  field(TAG.note, content.note)
  chunked(TAG.properties, content.properties)
  field(TAG.propertyEncoding, content.propertyEncoding)
  if (content.body !== undefined) {
    parts.push(pushBytes(new Uint8Array(0)))
    if (content.body.length > 0) for (const chunk of chunks(content.body)) parts.push(pushBytes(chunk))
  }
  parts.push(Uint8Array.of(OP.endIf))
  return concatBytes(...parts)
}

/** Little-endian without trailing zeros (ord's docs/src/inscriptions/pointer.md). */
function encodePointer(offset: bigint): Uint8Array {
  if (offset < 0n || offset >= 1n << 64n) throw new RangeError('a pointer is an unsigned number of 64 bits')
  const bytes: number[] = []
  for (let rest = offset; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn))
  return Uint8Array.from(bytes)
}

/** Null where the bytes are no offset: more than 64 bits. */
export function decodePointer(bytes: Uint8Array): bigint | null {
  let offset = 0n
  for (const [i, byte] of bytes.entries()) {
    if (i >= 8 && byte !== 0) return null
    if (i < 8) offset |= BigInt(byte) << BigInt(8 * i)
  }
  return offset
}

function chunks(value: Uint8Array): Uint8Array[] {
  const out = [value.subarray(0, MAX_PUSH_BYTES)]
  for (let at = MAX_PUSH_BYTES; at < value.length; at += MAX_PUSH_BYTES) {
    out.push(value.subarray(at, at + MAX_PUSH_BYTES))
  }
  return out
}
