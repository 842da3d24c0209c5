import { formatInscriptionId, parseInscriptionId } from '../../bitcoin/index.ts'
import {
  bytesToHex,
  concatBytes,
  hexToBytes,
  type Result,
  readUint32,
  rejection,
  uint32Bytes,
} from '../../lib/index.ts'
import { MAX_SOURCES } from '../manifest/data-sources.ts'
import { Malformed, type Parts, readParts } from '../peers/parts.ts'
import type { RecordContent } from '../record-draft.ts'
import { encodeBounds, REQUESTED_SYSTEMS, type RequestTerms, readBounds, word } from './request-terms.ts'

/** The kinds of the records that ask for a proof, and that take such a request back. */
const REQUEST_KIND = 'request'
const CANCEL_KIND = 'request-cancel'

/** Of the bodies of requests. */
const REQUEST_TYPE = 'application/wsc-request'
const VERSION = 1
/** Bytes of a body: who asks pays for them, and every node that serves the program reads them. */
export const MAX_REQUEST_BYTES = 16_384
/** Blocks for which a request may be open: no node looks further back. */
export const MAX_REQUEST_BLOCKS = 1_008

/** A proof that is asked for on Bitcoin. */
export interface InscribedRequest extends RequestTerms {
  /** Ids of the inscriptions that the program reads, one for each source that is no list of records, in their order. */
  readonly inputs: readonly string[]
}

/** A record of this project as an index keeps it: bytes as hex. */
export interface KeptRecord {
  readonly kind: string
  readonly program: string
  /** The block that it is about; its hash in display order. */
  readonly height: number
  readonly blockHash: string
  readonly output: string
  readonly author: string
  readonly counts: boolean
}

/** A request in a block, as far as is known before its body is read. */
export interface PlacedRequest {
  /** ord's id of its inscription. */
  readonly id: string
  /** 64 hex digits each. */
  readonly program: string
  readonly author: string
  /** The block that holds it; hashes in display order. */
  readonly height: number
  readonly blockHash: string
  /** The block up to which inputs are read: its author knew it, and it must be in the chain. */
  readonly asOf: { readonly height: number; readonly blockHash: string }
  /** The last block at which the result is of use. */
  readonly deadline: number
}

/**
 * What a record says that asks. `output` is the deadline (4 bytes, little-endian), so that an index tells which are open.
 *
 * @param program 32 bytes
 */
export function requestRecord(program: Uint8Array, request: InscribedRequest, deadline: number): RecordContent {
  const content = { contentType: REQUEST_TYPE, body: encodeRequest(request) }
  return { kind: REQUEST_KIND, program, output: uint32Bytes(deadline), ...content }
}

/** What a record of whoever asked says that takes it back. `output` is its inscription: txid (32, internal order) and index (4). */
export function cancelRecord(program: Uint8Array, id: string): RecordContent {
  const content = { contentType: 'text/plain', body: new TextEncoder().encode('a request is taken back') }
  return { kind: CANCEL_KIND, program, output: inscriptionBytes(id), ...content }
}

/** A request that may be open after its block; null of what is none, would never end, or names no block before its own. */
export function placedRequest(entry: {
  readonly id: string
  readonly height: number
  readonly blockHash: string
  readonly record: KeptRecord | null
}): PlacedRequest | null {
  const { id, height, blockHash, record } = entry
  if (record === null || record.kind !== REQUEST_KIND || !record.counts || record.output.length !== 8) return null
  const deadline = readUint32(hexToBytes(record.output), 0)
  if (deadline < height || deadline > height + MAX_REQUEST_BLOCKS) return null
  // Its author cannot have known a block that came later, and nobody waits for one.
  if (record.height >= height) return null
  const { program, author } = record
  return {
    id,
    program,
    author,
    height,
    blockHash,
    asOf: { height: record.height, blockHash: record.blockHash },
    deadline,
  }
}

/** Id of the request that a record takes back; null where it is none of these. */
export function cancelledBy(record: KeptRecord): string | null {
  if (record.kind !== CANCEL_KIND || !record.counts || record.output.length !== 72) return null
  return readInscription(hexToBytes(record.output))
}

/**
 * A version (a byte, 1), the proof system (a byte, 0 fold, 1 spartan, 2 groth16), the bounds and arguments as in a message to a peer, then of
 * each input its inscription: txid (32, internal order) and index (4).
 */
function encodeRequest(request: InscribedRequest): Uint8Array {
  const head = Uint8Array.of(VERSION, REQUESTED_SYSTEMS.indexOf(request.proofSystem))
  return concatBytes(head, encodeBounds(request), ...request.inputs.map(inscriptionBytes))
}

/** Reads a body in the one form that it has; nothing of it is judged yet. */
export function readRequestBody(
  contentType: string | null,
  body: Uint8Array,
): Result<{ readonly request: InscribedRequest }, 'wrong-content-type' | 'oversized' | 'malformed'> {
  if (contentType !== REQUEST_TYPE) return rejection('wrong-content-type', `a request is of type ${REQUEST_TYPE}`)
  if (body.length > MAX_REQUEST_BYTES) return rejection('oversized', `${body.length} bytes are too many`)
  const read = readParts(body, readRequest)
  return read.ok ? { ok: true, request: read.value } : read
}

function readRequest(parts: Parts): InscribedRequest {
  if (parts.byte() !== VERSION) throw new Malformed('of another version')
  const proofSystem = word(REQUESTED_SYSTEMS, parts.byte())
  const bounds = readBounds(parts)
  const inputs: string[] = []
  while (parts.left > 0) {
    if (inputs.length === MAX_SOURCES) throw new Malformed('too many inputs')
    inputs.push(readInscription(parts.take(36)))
  }
  return { proofSystem, ...bounds, inputs }
}

function inscriptionBytes(id: string): Uint8Array {
  const read = parseInscriptionId(id)
  if (read === null) throw new RangeError(`${id} is no id of an inscription`)
  return concatBytes(hexToBytes(read.txid).reverse(), uint32Bytes(read.index))
}

function readInscription(bytes: Uint8Array): string {
  return formatInscriptionId({ txid: bytesToHex(bytes.slice(0, 32).reverse()), index: readUint32(bytes, 32) })
}
