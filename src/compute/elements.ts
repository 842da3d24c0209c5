import { type ByteReader, compactSize } from '../bitcoin/index.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../bus/index.ts'

/** Lists of elements of the field in files: how many, as Bitcoin's CompactSize, then 32 bytes of each, little-endian. */

/** Most elements of a stream's own state. */
export const MAX_STATE_ELEMENTS = 32
/** Most entries of a log: of one entry a block, a chain twice as long as Bitcoin's. */
export const MAX_LOG_ENTRIES: number = 1 << 21

export function elementsBytes(elements: readonly bigint[]): Uint8Array[] {
  return [compactSize(elements.length), encodeField(elements)]
}

/** Null where there are more than `most`, or one is outside the field. */
export function readElements(reader: ByteReader, most: number): bigint[] | null {
  const count = reader.compactSize()
  return count > most ? null : decodeField(reader.slice(count * FIELD_BYTES))
}
