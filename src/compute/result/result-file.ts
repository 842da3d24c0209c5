import { type BlockHash, ByteReader, blockHash, compactSize, type DecodeReject, decoding } from '../../bitcoin/index.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../../bus/index.ts'
import { concatBytes, equalBytes, type Result, rejection, uint32Bytes } from '../../lib/index.ts'

/**
 * A result, version 1; numbers without a size are Bitcoin's CompactSize in their shortest form, elements of the field 32 bytes,
 * little-endian:
 *
 *     4 "WSCR"   1 version   1 kind   32 program id   4 height (little-endian)   32 block hash
 *
 * then of a stream (kind 1), at the last header taken:
 *
 *     4 steps (little-endian)   number of state elements, the elements   number of log entries, the entries   length, proof
 *
 * and of a circuit (kind 2), at the block that holds its input, or that it was proved at:
 *
 *     number of values, the outputs, the public arguments   length, proof
 */
export type ProgramResult = StreamResult | CircuitResult

interface AnyResult {
  /** SHA-256, 32 bytes. */
  readonly program: Uint8Array
  readonly height: number
  readonly blockHash: BlockHash
  readonly proof: Uint8Array
}

export interface StreamResult extends AnyResult {
  readonly kind: 'stream'
  readonly steps: number
  /** The program's own elements after that header. */
  readonly state: readonly bigint[]
  /** Entries of its log so far, oldest first. */
  readonly log: readonly bigint[]
}

export interface CircuitResult extends AnyResult {
  readonly kind: 'circuit'
  /** The circuit's outputs, then its public arguments, in their order. */
  readonly values: readonly bigint[]
}

/** Why bytes are no result at all. */
export type ResultFormReject = 'not-a-result' | 'unsupported-version' | 'malformed' | DecodeReject

const MAGIC = new TextEncoder().encode('WSCR')
const VERSION = 1
const ID_BYTES = 32
const KINDS = { stream: 1, circuit: 2 } as const
const MAX_ELEMENTS = 32
const MAX_OUTPUTS = 64
/** Of one entry a block, a chain twice as long as Bitcoin's. */
const MAX_ENTRIES = 1 << 21
const MAX_PROOF = 65_536

/** Bytes of the longest result. */
export const MAX_RESULT_BYTES: number = 1024 + (MAX_ELEMENTS + MAX_ENTRIES) * FIELD_BYTES + MAX_PROOF

export function encodeResult(result: ProgramResult): Uint8Array {
  const { kind, program, height, blockHash, proof } = result
  if (program.length !== ID_BYTES) throw new RangeError(`a program id of ${program.length} bytes`)
  const elements = (some: readonly bigint[]) => [compactSize(some.length), encodeField(some)]
  const own =
    kind === 'stream'
      ? [uint32Bytes(result.steps), ...elements(result.state), ...elements(result.log)]
      : elements(result.values)
  const head = [MAGIC, Uint8Array.of(VERSION, KINDS[kind]), program, uint32Bytes(height), blockHash]
  return concatBytes(...head, ...own, compactSize(proof.length), proof)
}

/** Reads a result, strictly; nothing in it is judged yet. */
export function decodeResult(bytes: Uint8Array): Result<{ readonly result: ProgramResult }, ResultFormReject> {
  if (bytes.length > MAX_RESULT_BYTES) return rejection('oversize', `${bytes.length} bytes are no result`)
  const prefix = Math.min(bytes.length, MAGIC.length)
  if (prefix === 0 || !equalBytes(bytes.subarray(0, prefix), MAGIC.subarray(0, prefix))) {
    return rejection('not-a-result', 'the file does not begin like a result')
  }
  return decoding((): Result<{ readonly result: ProgramResult }, ResultFormReject> => {
    const reader = new ByteReader(bytes, prefix)
    const version = reader.uint8()
    if (version !== VERSION) return rejection('unsupported-version', `version ${version}`)
    const kind = reader.uint8()
    if (kind !== KINDS.stream && kind !== KINDS.circuit) return rejection('malformed', `a result of kind ${kind}`)
    const program = reader.slice(ID_BYTES)
    const height = reader.uint32()
    const at = { program, height, blockHash: blockHash(reader.slice(32)) }
    const own = kind === KINDS.stream ? readStream(reader) : readCircuit(reader)
    if (own === null) return rejection('malformed', 'too many elements, or one outside the field')
    const length = reader.compactSize()
    if (length > MAX_PROOF) return rejection('malformed', `a proof of ${length} bytes`)
    const proof = reader.slice(length)
    if (reader.left > 0) return rejection('trailing-bytes', `${reader.left} bytes after the result`)
    return { ok: true, result: { ...at, ...own, proof } }
  })
}

function readStream(reader: ByteReader): Pick<StreamResult, 'kind' | 'steps' | 'state' | 'log'> | null {
  const steps = reader.uint32()
  const state = readElements(reader, MAX_ELEMENTS)
  const log = readElements(reader, MAX_ENTRIES)
  return state === null || log === null ? null : { kind: 'stream', steps, state, log }
}

function readCircuit(reader: ByteReader): Pick<CircuitResult, 'kind' | 'values'> | null {
  const values = readElements(reader, MAX_OUTPUTS)
  return values === null ? null : { kind: 'circuit', values }
}

function readElements(reader: ByteReader, most: number): bigint[] | null {
  const count = reader.compactSize()
  return count > most ? null : decodeField(reader.slice(count * FIELD_BYTES))
}
