import { type BlockHash, ByteReader, blockHash, compactSize, type DecodeReject, decoding } from '../../bitcoin/index.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../../bus/index.ts'
import { concatBytes, equalBytes, type Result, rejection, uint32Bytes } from '../../lib/index.ts'

/**
 * The result of a stream at a block, version 1; numbers without a size are Bitcoin's CompactSize in their shortest form,
 * elements of the field 32 bytes, little-endian:
 *
 *     4 "WSCR"   1 version   32 program id   4 height (little-endian)   32 block hash   4 steps (little-endian)
 *     number of state elements, the elements   number of log entries, the entries   length, proof
 */
export interface StreamResult {
  /** SHA-256, 32 bytes. */
  readonly program: Uint8Array
  /** Of the last header taken. */
  readonly height: number
  readonly blockHash: BlockHash
  readonly steps: number
  /** The program's own elements after that header. */
  readonly state: readonly bigint[]
  /** Entries of its log so far, oldest first. */
  readonly log: readonly bigint[]
  readonly proof: Uint8Array
}

/** Why bytes are no result at all. */
export type ResultFormReject = 'not-a-result' | 'unsupported-version' | 'malformed' | DecodeReject

const MAGIC = new TextEncoder().encode('WSCR')
const VERSION = 1
const ID_BYTES = 32
const MAX_ELEMENTS = 32
/** Of one entry a block, a chain twice as long as Bitcoin's. */
const MAX_ENTRIES = 1 << 21
const MAX_PROOF = 65_536

/** Bytes of the longest result. */
export const MAX_RESULT_BYTES: number = 1024 + (MAX_ELEMENTS + MAX_ENTRIES) * FIELD_BYTES + MAX_PROOF

export function encodeResult(result: StreamResult): Uint8Array {
  const { program, height, blockHash, steps, state, log, proof } = result
  if (program.length !== ID_BYTES) throw new RangeError(`a program id of ${program.length} bytes`)
  return concatBytes(
    MAGIC,
    Uint8Array.of(VERSION),
    program,
    uint32Bytes(height),
    blockHash,
    uint32Bytes(steps),
    ...[state, log].flatMap((elements) => [compactSize(elements.length), encodeField(elements)]),
    compactSize(proof.length),
    proof,
  )
}

/** Reads a result, strictly; nothing in it is judged yet. */
export function decodeResult(bytes: Uint8Array): Result<{ readonly result: StreamResult }, ResultFormReject> {
  if (bytes.length > MAX_RESULT_BYTES) return rejection('oversize', `${bytes.length} bytes are no result`)
  const prefix = Math.min(bytes.length, MAGIC.length)
  if (prefix === 0 || !equalBytes(bytes.subarray(0, prefix), MAGIC.subarray(0, prefix))) {
    return rejection('not-a-result', 'the file does not begin like a result')
  }
  return decoding((): Result<{ readonly result: StreamResult }, ResultFormReject> => {
    const reader = new ByteReader(bytes, prefix)
    const version = reader.uint8()
    if (version !== VERSION) return rejection('unsupported-version', `version ${version}`)
    const program = reader.slice(ID_BYTES)
    const height = reader.uint32()
    const hash = blockHash(reader.slice(32))
    const steps = reader.uint32()
    const state = readElements(reader, MAX_ELEMENTS)
    const log = readElements(reader, MAX_ENTRIES)
    if (state === null || log === null) return rejection('malformed', 'too many elements, or one outside the field')
    const length = reader.compactSize()
    if (length > MAX_PROOF) return rejection('malformed', `a proof of ${length} bytes`)
    const proof = reader.slice(length)
    if (reader.left > 0) return rejection('trailing-bytes', `${reader.left} bytes after the result`)
    return { ok: true, result: { program, height, blockHash: hash, steps, state, log, proof } }
  })
}

function readElements(reader: ByteReader, most: number): bigint[] | null {
  const count = reader.compactSize()
  return count > most ? null : decodeField(reader.slice(count * FIELD_BYTES))
}
