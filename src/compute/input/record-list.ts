import { uint32Bytes } from '../../lib/index.ts'

/** Bytes of a record in a list: circuits/compute/record-state.circom. */
const RECORD_BYTES = 104
const COUNT_BYTES = 2

/** A signed record as a list has it; byte arrays of 32 bytes. */
export interface ListedRecord {
  readonly author: Uint8Array
  readonly program: Uint8Array
  readonly seq: number
  /** What the author has signed (`recordMessage`). */
  readonly message: Uint8Array
}

/** How many records a list of so many bytes has room for. Throws a RangeError where no list is that long. */
export function recordSlots(bytes: number): number {
  if (!isListLength(bytes)) throw new RangeError(`no list of records has ${bytes} bytes`)
  return (bytes - COUNT_BYTES) / RECORD_BYTES
}

/** Whether a list may have so many bytes: that of their number, and those of one record at least. */
export function isListLength(bytes: number): boolean {
  return bytes > COUNT_BYTES && (bytes - COUNT_BYTES) % RECORD_BYTES === 0
}

/**
 * Records in their order as a circuit reads them: how many, 2 bytes little-endian, then of each its author, program, seq
 * (8 bytes little-endian) and message, then zeros up to `bytes`. Throws a RangeError where they do not fit.
 */
export function recordList(records: readonly ListedRecord[], bytes: number): Uint8Array {
  const list = new Uint8Array(bytes)
  if (records.length > recordSlots(bytes)) throw new RangeError(`${records.length} records in ${bytes} bytes`)
  list.set(uint32Bytes(records.length).subarray(0, COUNT_BYTES))
  const view = new DataView(list.buffer)
  records.forEach(({ author, program, seq, message }, i) => {
    const at = COUNT_BYTES + RECORD_BYTES * i
    list.set(author, at)
    list.set(program, at + 32)
    view.setBigUint64(at + 64, BigInt(seq), true)
    list.set(message, at + 72)
  })
  return list
}
