import { type Envelope, type NetworkParams, toDisplay } from '../bitcoin/index.ts'
import { type AttestationKind, attestationResultJson, type VerifiedAttestation } from '../bus/index.ts'
import { bytesToHex, equalBytes, type Rejection, type Result, rejection } from '../lib/index.ts'
import { decodeRecord, type RecordReject } from './record/codec.ts'
import type { WscRecord } from './record/record.ts'

/** A record in JSON: its bytes in hexadecimal, the block's hash as shown. */
export interface RecordJson {
  readonly kind: string
  readonly program: string
  readonly height: number
  readonly blockHash: string
  readonly output: string
  readonly seq: number
  readonly author: string
  readonly sig: string
}

export function recordJson(record: WscRecord): RecordJson {
  const { kind, program, height, blockHash, output, seq, author, sig } = record
  return {
    kind,
    program: bytesToHex(program),
    height,
    blockHash: toDisplay(blockHash),
    output: bytesToHex(output),
    seq,
    author: bytesToHex(author),
    sig: bytesToHex(sig),
  }
}

/** What one inscription says as a record, and all that it can say. */
export interface AttestedRecord {
  /** Null where it is none. `counts` is always null: whether its `seq` counts, only the records before it tell. */
  readonly record: (RecordJson & { readonly counts: null }) | null
  /** Why an inscription with this project's metaprotocol is no record. */
  readonly recordReject: RecordReject | null
}

/** Decodes the record and verifies its author's signature. */
export function attestedRecord(envelope: Envelope, params: NetworkParams): AttestedRecord {
  const result = decodeRecord(envelope, params)
  if (result.ok) return { record: { ...recordJson(result.record), counts: null }, recordReject: null }
  return { record: null, recordReject: result.reject === 'not-wsc' ? null : result.reject }
}

/**
 * The object `wsc check --json` prints of what holds: of an inscription, what it says as a record of this network too.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestedJson, loadVerifier, regtest, verifyAttestationRequest, verifyProofRequest } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const now = Math.floor(Date.now() / 1000)
 * const { result: proved } = await verifyProofRequest({ proof: await readFile('regtest.proof'), network: 'regtest', now }, verifier)
 * if (!proved.ok) throw new Error(proved.reject)
 * const attestation = await readFile('header.attestation')
 * const { result } = verifyAttestationRequest({ attestation, chain: proved.chain }, verifier)
 * console.log(result.ok ? attestedJson(result.verified, 'header', regtest).height : result.reject) // 3
 */
export function attestedJson(
  verified: VerifiedAttestation,
  kind: AttestationKind | null,
  params: NetworkParams,
): Record<string, unknown> {
  const { payload } = verified
  const record = payload.kind === 'inscription' ? attestedRecord(payload.envelope, params) : undefined
  return withRecord(attestationResultJson({ ok: true, verified }, kind), record)
}

/** What the bus tells of an attestation, with what its inscription says as a record. */
export function withRecord(json: Record<string, unknown>, record: AttestedRecord | undefined): Record<string, unknown> {
  return record === undefined ? json : { ...json, payload: { ...(json.payload as object), ...record } }
}

/** Why what is attested is not the record it was to be. */
export type AttestedRecordReject = `record:${RecordReject | 'no-inscription' | 'other-author'}`

/**
 * That an attestation is of a record that this author signed (x-only key, 32 bytes).
 *
 * @example
 * import { regtest, requireAuthor } from 'wsc-bitcoin'
 *
 * const ofTransaction = { payload: { kind: 'tx' } }
 * const result = requireAuthor(ofTransaction, regtest, new Uint8Array(32))
 * console.log(result.ok ? result.record.kind : result.reject) // record:no-inscription
 */
export function requireAuthor(
  { payload }: VerifiedAttestation,
  params: NetworkParams,
  author: Uint8Array,
): Result<{ readonly record: WscRecord }, AttestedRecordReject> {
  const refuse = (reject: AttestedRecordReject, detail: string): Rejection<AttestedRecordReject> =>
    rejection(reject, detail)
  if (payload.kind !== 'inscription') return refuse('record:no-inscription', `it is of another kind: ${payload.kind}`)
  const result = decodeRecord(payload.envelope, params)
  if (!result.ok) return refuse(`record:${result.reject}`, result.detail)
  const { record } = result
  if (equalBytes(record.author, author)) return { ok: true, record }
  return refuse('record:other-author', `it is signed by ${bytesToHex(record.author)}`)
}
