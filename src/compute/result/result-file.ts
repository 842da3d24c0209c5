import { type BlockHash, ByteReader, blockHash, compactSize, type DecodeReject, decoding } from '../../bitcoin/index.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../../bus/index.ts'
import { concatBytes, equalBytes, type Result, rejection, uint32Bytes } from '../../lib/index.ts'
import { elementsBytes, MAX_LOG_ENTRIES, MAX_STATE_ELEMENTS, readElements } from '../elements.ts'

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
 * or, where the log lies in the storage network (kind 4), in the place of the entries:
 *
 *     32 what chains them (src/compute/stream/log.ts)   32 id of the content
 *
 * and of a circuit (kind 2), at the block that holds its input, or that it was proved at:
 *
 *     number of values, the outputs, the public arguments   length, proof
 *
 * and of transactions (kind 3), at the block in whose history they are; numbers of 4 and 8 bytes little-endian:
 *
 *     4 steps   4 first height   4 last height   length, script   8 outputs   8 satoshis
 *     number of transactions, of each: 4 height, 4 index in its block   length, proof
 */
export type ProgramResult = StreamResult | CircuitResult | TransactionsResult

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
  /** Entries of its log so far, oldest first, or where they are. */
  readonly log: readonly bigint[] | LogReference
}

/** Entries that a result names and does not hold. */
export interface LogReference {
  /** What chains them: the proof ends in it. */
  readonly commitment: bigint
  /** Id of the content of the storage network that is the entries, 32 bytes of each, little-endian; 32 bytes. */
  readonly content: Uint8Array
}

/** A stream's result that holds its log. */
export type WholeStream = StreamResult & { readonly log: readonly bigint[] }

/** Whether it is of a stream and holds its log. */
export function holdsLog(result: ProgramResult): result is WholeStream {
  return result.kind === 'stream' && Array.isArray(result.log)
}

/** Whether a result names its log and does not hold it. */
export function namesLog(result: ProgramResult): result is StreamResult & { readonly log: LogReference } {
  return result.kind === 'stream' && !Array.isArray(result.log)
}

export interface CircuitResult extends AnyResult {
  readonly kind: 'circuit'
  /** The circuit's outputs, then its public arguments, in their order. */
  readonly values: readonly bigint[]
}

export interface TransactionsResult extends AnyResult {
  readonly kind: 'transactions'
  readonly steps: number
  /** Heights between which the transactions are, both among them. */
  readonly from: number
  readonly to: number
  readonly script: Uint8Array
  /** How many outputs pay to the script, and how many satoshis. */
  readonly outputs: bigint
  readonly sum: bigint
  /** In their order. */
  readonly transactions: readonly TransactionPlace[]
}

/** Where a transaction is. */
export interface TransactionPlace {
  readonly height: number
  readonly index: number
}

/** Why bytes are no result at all. */
export type ResultFormReject = 'not-a-result' | 'unsupported-version' | 'malformed' | DecodeReject

const MAGIC = new TextEncoder().encode('WSCR')
const VERSION = 1
const ID_BYTES = 32
const KINDS = { stream: 1, circuit: 2, transactions: 3, streamWithoutLog: 4 } as const
const MAX_OUTPUTS = 64
const MAX_PROOF = 65_536

const MAX_TRANSACTIONS = 1 << 20
const MAX_SCRIPT = 10_000
const PLACE_BYTES = 8

/** Bytes of the longest result. */
export const MAX_RESULT_BYTES: number = 1024 + (MAX_STATE_ELEMENTS + MAX_LOG_ENTRIES) * FIELD_BYTES + MAX_PROOF
/** Of those, bytes of a circuit's: values and a proof. */
export const MAX_CIRCUIT_RESULT_BYTES: number = 1024 + MAX_OUTPUTS * FIELD_BYTES + MAX_PROOF

export function encodeResult(result: ProgramResult): Uint8Array {
  const { kind, program, height, blockHash, proof } = result
  if (program.length !== ID_BYTES) throw new RangeError(`a program id of ${program.length} bytes`)
  const own =
    kind === 'stream'
      ? [uint32Bytes(result.steps), ...elementsBytes(result.state), ...logParts(result)]
      : kind === 'circuit'
        ? elementsBytes(result.values)
        : transactionParts(result)
  const head = [
    MAGIC,
    Uint8Array.of(VERSION, namesLog(result) ? KINDS.streamWithoutLog : KINDS[kind]),
    program,
    uint32Bytes(height),
    blockHash,
  ]
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
    const read = READERS[kind]
    if (read === undefined) return rejection('malformed', `a result of kind ${kind}`)
    const program = reader.slice(ID_BYTES)
    const height = reader.uint32()
    const at = { program, height, blockHash: blockHash(reader.slice(32)) }
    const own = read(reader)
    if (own === null) return rejection('malformed', 'too many elements, or one outside the field')
    const length = reader.compactSize()
    if (length > MAX_PROOF) return rejection('malformed', `a proof of ${length} bytes`)
    const proof = reader.slice(length)
    if (reader.left > 0) return rejection('trailing-bytes', `${reader.left} bytes after the result`)
    return { ok: true, result: { ...at, ...own, proof } }
  })
}

function logParts({ log }: StreamResult): Uint8Array[] {
  if ('content' in log) return [encodeField([log.commitment]), contentId(log.content)]
  return elementsBytes(log)
}

function contentId(bytes: Uint8Array): Uint8Array {
  if (bytes.length === ID_BYTES) return bytes
  throw new RangeError(`an id of ${bytes.length} bytes`)
}

function transactionParts(result: TransactionsResult): Uint8Array[] {
  const { steps, from, to, script, outputs, sum, transactions } = result
  return [
    ...[steps, from, to].map(uint32Bytes),
    ...[compactSize(script.length), script],
    ...[outputs, sum].map(uint64Bytes),
    compactSize(transactions.length),
    ...transactions.map(({ height, index }) => concatBytes(uint32Bytes(height), uint32Bytes(index))),
  ]
}

/** Throws a RangeError for a number that has no room. */
function uint64Bytes(value: bigint): Uint8Array {
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} does not fit into 8 bytes`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

type Own<Kind> = Kind extends ProgramResult ? Omit<Kind, 'program' | 'height' | 'blockHash' | 'proof'> : never

const READERS: Readonly<Record<number, (reader: ByteReader) => Own<ProgramResult> | null>> = {
  [KINDS.stream]: readStream,
  [KINDS.circuit]: readCircuit,
  [KINDS.transactions]: readTransactions,
  [KINDS.streamWithoutLog]: readStreamWithoutLog,
}

function readTransactions(reader: ByteReader): Own<TransactionsResult> | null {
  const [steps, from, to] = [reader.uint32(), reader.uint32(), reader.uint32()]
  const length = reader.compactSize()
  if (length > MAX_SCRIPT) return null
  const script = reader.slice(length)
  const [outputs, sum] = [reader.uint64(), reader.uint64()]
  const count = reader.count(PLACE_BYTES)
  if (count > MAX_TRANSACTIONS) return null
  const transactions = Array.from({ length: count }, () => ({ height: reader.uint32(), index: reader.uint32() }))
  return { kind: 'transactions', steps, from, to, script, outputs, sum, transactions }
}

function readStream(reader: ByteReader): Own<StreamResult> | null {
  const steps = reader.uint32()
  const state = readElements(reader, MAX_STATE_ELEMENTS)
  const log = readElements(reader, MAX_LOG_ENTRIES)
  return state === null || log === null ? null : { kind: 'stream', steps, state, log }
}

function readStreamWithoutLog(reader: ByteReader): Own<StreamResult> | null {
  const steps = reader.uint32()
  const state = readElements(reader, MAX_STATE_ELEMENTS)
  const commitment = decodeField(reader.slice(FIELD_BYTES))?.[0]
  const content = reader.slice(ID_BYTES)
  if (state === null || commitment === undefined) return null
  return { kind: 'stream', steps, state, log: { commitment, content } }
}

function readCircuit(reader: ByteReader): Own<CircuitResult> | null {
  const values = readElements(reader, MAX_OUTPUTS)
  return values === null ? null : { kind: 'circuit', values }
}
