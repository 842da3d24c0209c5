/** Bytes of one field element of data: always below 2^248, and so below the field's order. */
export const ELEMENT_BYTES = 31
/** 256 elements: a shard of the code, a block of the mask, and what is sampled. */
export const UNIT_BYTES = 256 * ELEMENT_BYTES
export const UNITS_A_CHUNK = 16
/** One position of the table. */
export const CHUNK_BYTES = UNITS_A_CHUNK * UNIT_BYTES
/** The most that one codeword holds: 32,768 data units and 16,384 of parity. */
export const MAX_BLOB_BYTES = 32_768 * UNIT_BYTES

/** The one coding there is: Reed–Solomon over all units as one codeword, any two thirds of which restore the blob. */
export const CODING = 1

/** What follows from a blob's length. Units count from 0: data, then parity, then zeros up to a whole chunk. */
export interface BlobShape {
  /** Bytes of content. */
  readonly length: number
  readonly dataUnits: number
  readonly parityUnits: number
  /** All of them, those of zeros too: 16 a chunk. */
  readonly units: number
  /** Positions of the table that it takes. */
  readonly chunks: number
}

/** Whether content of so many bytes is one blob. */
export function isBlobLength(length: number): boolean {
  return Number.isSafeInteger(length) && length >= 1 && length <= MAX_BLOB_BYTES
}

/** The shape of a blob; a length that no blob has is a bug of the caller: RangeError. */
export function blobShape(length: number): BlobShape {
  if (!isBlobLength(length)) throw new RangeError(`a blob has 1 to ${MAX_BLOB_BYTES} bytes, not ${length}`)
  const dataUnits = Math.ceil(length / UNIT_BYTES)
  const parityUnits = Math.ceil(dataUnits / 2)
  const chunks = Math.ceil((dataUnits + parityUnits) / UNITS_A_CHUNK)
  return { length, dataUnits, parityUnits, units: chunks * UNITS_A_CHUNK, chunks }
}

/** The longest content whose blob takes at most so many chunks. */
export function longestBlob(chunks: number): number {
  const units = chunks * UNITS_A_CHUNK
  const most = Math.floor((2 * units) / 3)
  const dataUnits = most + Math.ceil(most / 2) > units ? most - 1 : most
  return Math.min(dataUnits * UNIT_BYTES, MAX_BLOB_BYTES)
}
