import {
  ByteReader,
  compactSize,
  type DecodeReject,
  decoding,
  HEADER_BYTES,
  MAX_BRANCH_DEPTH,
} from '../../bitcoin/index.ts'
import { concatBytes, equalBytes, type Result } from '../../lib/index.ts'
import { MAX_PATH_LENGTH } from '../accumulator-path.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../field.ts'
import {
  type Attestation,
  type AttestationKind,
  type HeaderPart,
  type InscriptionAttestation,
  MAX_ATTESTATION_BYTES,
  MAX_INDEX,
  ownLevels,
  type TransactionPart,
} from './attestation.ts'
import { joinCoinbase, shortCoinbase } from './short-coinbase.ts'

/**
 * Binary form, version 2; numbers without a size are Bitcoin's CompactSize in their shortest form:
 *
 *     4 "WSCA"   1 version   1 kind (1 header, 2 tx, 3 inscription, 4 output)
 *     tip height   height   80 header   1 number of path elements   32 each (little-endian)
 *
 *     tx, output     index   length, coinbase   [length, transaction: unless the index is 0]   1 number of shared
 *                    siblings   32 each: the coinbase's own, the transaction's own, the shared ones   [output: its number]
 *     inscription    index   length, coinbase   length, transaction   1 depth   32 each: coinbase's branch, witness branch
 *                    1 reserved value follows (0: it is zero)   [32]   input   envelope
 *
 * The coinbase is stripped and lacks the 37 bytes every coinbase has: one input with a null prevout.
 */
export const ATTESTATION_VERSION = 2

/**
 * `any` reads version 1 too. It has the same form, but its path leads through leaves that held a hash alone, to no
 * commitment that a proof carries now: whoever reads it must put another path in.
 */
export type AcceptedVersions = 'current' | 'any'

export function acceptsVersion(version: number, accepted: AcceptedVersions): boolean {
  return version === ATTESTATION_VERSION || (accepted === 'any' && version === 1)
}

export function versionDetail(version: string): string {
  return version === '1' ? 'version 1: its path is of an older kind of history; refresh it' : `version ${version}`
}

const MAGIC = new TextEncoder().encode('WSCA')
const KINDS: readonly AttestationKind[] = ['header', 'tx', 'inscription', 'output']
const HASH_BYTES = 32
/** Of heights, and numbers of outputs, inputs and envelopes. */
const MAX_UINT32 = 0xffff_ffff

/** Why bytes or a text are no attestation at all. */
export type AttestationFormReject = 'not-an-attestation' | 'unsupported-version' | 'malformed' | DecodeReject

/** A well-formed attestation, of which nothing is verified yet, or why it is none. */
export type AttestationResult = Result<{ readonly attestation: Attestation }, AttestationFormReject>

/**
 * The compact form of an attestation.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeAttestation, encodeAttestation } from 'wsc-bitcoin'
 *
 * const result = decodeAttestation(await readFile('header.attestation'))
 * console.log(result.ok ? encodeAttestation(result.attestation).length : result.reject)
 */
export function encodeAttestation(attestation: Attestation): Uint8Array {
  const { kind, tipHeight, height, header, path } = attestation
  if (header.length !== HEADER_BYTES || path.length > MAX_PATH_LENGTH) throw new RangeError('header or path')
  return concatBytes(
    MAGIC,
    Uint8Array.of(ATTESTATION_VERSION, KINDS.indexOf(kind) + 1),
    compactSize(tipHeight),
    compactSize(height),
    header,
    Uint8Array.of(path.length),
    encodeField(path),
    ...(kind === 'tx' || kind === 'output' ? encodeTransactionPart(attestation) : []),
    ...(kind === 'output' ? [compactSize(attestation.output)] : []),
    ...(kind === 'inscription' ? encodeInscriptionPart(attestation) : []),
  )
}

function encodeTransactionPart({ index, coinbase, transaction, branch }: TransactionPart): Uint8Array[] {
  if ((index === 0) !== (transaction === null)) throw new RangeError('the coinbase alone is at index 0')
  const own = ownLevels(index)
  if (branch.coinbase.length !== own || branch.transaction.length !== own) throw new RangeError('branch length')
  return [
    compactSize(index),
    ...sized(shortCoinbase(coinbase)),
    ...(transaction === null ? [] : sized(transaction)),
    Uint8Array.of(branch.shared.length),
    ...branch.coinbase,
    ...branch.transaction,
    ...branch.shared,
  ]
}

function encodeInscriptionPart(part: InscriptionAttestation): Uint8Array[] {
  const { coinbaseBranch, witnessBranch, reserved } = part
  if (coinbaseBranch.length !== witnessBranch.length) throw new RangeError('branch length')
  return [
    compactSize(part.index),
    ...sized(shortCoinbase(part.coinbase)),
    ...sized(part.transaction),
    Uint8Array.of(coinbaseBranch.length),
    ...coinbaseBranch,
    ...witnessBranch,
    ...(isZero(reserved) ? [Uint8Array.of(0)] : [Uint8Array.of(1), reserved]),
    compactSize(part.input),
    compactSize(part.envelope),
  ]
}

const sized = (bytes: Uint8Array): [Uint8Array, Uint8Array] => [compactSize(bytes.length), bytes]
const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)

/**
 * Reads the compact form, strictly; nothing in it is judged yet. Byte arrays are views of the input.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeAttestation } from 'wsc-bitcoin'
 *
 * const result = decodeAttestation(await readFile('header.attestation'))
 * console.log(result.ok ? result.attestation.kind : result.reject) // header
 */
export function decodeAttestation(bytes: Uint8Array, accepted: AcceptedVersions = 'current'): AttestationResult {
  const refuse = (reject: AttestationFormReject, detail: string) => ({ ok: false, reject, detail }) as const
  if (bytes.length > MAX_ATTESTATION_BYTES) {
    return refuse('oversize', `${bytes.length} bytes; an attestation has at most ${MAX_ATTESTATION_BYTES}`)
  }
  const prefix = Math.min(bytes.length, MAGIC.length)
  if (prefix === 0 || !equalBytes(bytes.subarray(0, prefix), MAGIC.subarray(0, prefix))) {
    return refuse('not-an-attestation', 'the file does not begin like an attestation')
  }
  return decoding((): AttestationResult => {
    const reader = new ByteReader(bytes, prefix)
    const version = reader.uint8()
    if (!acceptsVersion(version, accepted)) return refuse('unsupported-version', versionDetail(String(version)))
    const kind = KINDS[reader.uint8() - 1]
    if (kind === undefined) return refuse('malformed', 'there is no such kind of attestation')
    const attestation = readAttestation(reader, kind)
    if (typeof attestation === 'string') return refuse('malformed', attestation)
    if (reader.left > 0) return refuse('trailing-bytes', `${reader.left} bytes after the attestation`)
    return { ok: true, attestation }
  })
}

function readAttestation(reader: ByteReader, kind: AttestationKind): Attestation | string {
  const tipHeight = reader.compactSize()
  const height = reader.compactSize()
  if (tipHeight > MAX_UINT32 || height > MAX_UINT32) return 'a height has 32 bits'
  const header = reader.slice(HEADER_BYTES)
  const path = decodeField(reader.slice(reader.uint8() * FIELD_BYTES))
  if (path === null) return 'an element of the path is outside the field'
  if (path.length > MAX_PATH_LENGTH) return 'no path is so long'
  const head: HeaderPart = { tipHeight, height, header, path }
  if (kind === 'header') return { kind, ...head }
  if (kind === 'inscription') return readInscription(reader, head)
  const part = readTransactionPart(reader)
  if (typeof part === 'string') return part
  if (kind === 'tx') return { kind, ...head, ...part }
  const output = reader.compactSize()
  return output > MAX_UINT32 ? 'the number of an output has 32 bits' : { kind, ...head, ...part, output }
}

function readTransactionPart(reader: ByteReader): TransactionPart | string {
  const index = reader.compactSize()
  if (index > MAX_INDEX) return 'no block holds so many transactions'
  const coinbase = joinCoinbase(reader.slice(reader.compactSize()))
  if (coinbase === null) return 'the coinbase is too short'
  const transaction = index === 0 ? null : reader.slice(reader.compactSize())
  const shared = reader.uint8()
  if (shared > MAX_BRANCH_DEPTH) return 'no block’s tree is so deep'
  const own = ownLevels(index)
  const branch = { coinbase: hashes(reader, own), transaction: hashes(reader, own), shared: hashes(reader, shared) }
  return { index, coinbase, transaction, branch }
}

function readInscription(reader: ByteReader, head: HeaderPart): InscriptionAttestation | string {
  const index = reader.compactSize()
  if (index > MAX_INDEX) return 'no block holds so many transactions'
  const coinbase = joinCoinbase(reader.slice(reader.compactSize()))
  if (coinbase === null) return 'the coinbase is too short'
  const transaction = reader.slice(reader.compactSize())
  const depth = reader.uint8()
  if (depth > MAX_BRANCH_DEPTH) return 'no block’s tree is so deep'
  const coinbaseBranch = hashes(reader, depth)
  const witnessBranch = hashes(reader, depth)
  const follows = reader.uint8()
  if (follows > 1) return 'the reserved value'
  const reserved = follows === 0 ? new Uint8Array(HASH_BYTES) : reader.slice(HASH_BYTES)
  // One attestation has one form.
  if (follows === 1 && isZero(reserved)) return 'a reserved value of zero is left out'
  const place = { input: reader.compactSize(), envelope: reader.compactSize() }
  if (place.input > MAX_UINT32 || place.envelope > MAX_UINT32) return 'input and envelope have 32 bits'
  return {
    kind: 'inscription',
    ...head,
    ...{ index, coinbase, coinbaseBranch, transaction, witnessBranch, reserved },
    ...place,
  }
}

function hashes(reader: ByteReader, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => reader.slice(HASH_BYTES))
}
