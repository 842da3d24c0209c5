import {
  type BlockHash,
  decodeHeader,
  type Envelope,
  HEADER_BYTES,
  type Header,
  headerHash,
  type Transaction,
  type Txid,
} from '../../bitcoin/index.ts'
import type { Poseidon } from '../accumulator.ts'
import { type PathReject, verifyPath } from '../accumulator-path.ts'
import { leafOf } from '../leaf.ts'
import type { ProvedChain } from '../verify.ts'
import type {
  Attestation,
  HeaderPart,
  InscriptionAttestation,
  OutputAttestation,
  TransactionAttestation,
} from './attestation.ts'
import { type BlockPartReject, checkInscriptionPart, checkTransactionPart } from './check-block-part.ts'

export type AttestationReject =
  | PathReject
  | BlockPartReject
  | 'other-proof'
  | 'before-start'
  | 'after-tip'
  | 'bad-header'

/** What an attestation says once it is checked. Byte arrays may be views of the attestation. */
export type AttestationPayload =
  | { readonly kind: 'header' }
  | {
      readonly kind: 'tx'
      readonly txid: Txid
      readonly index: number /** Without witness. */
      readonly transaction: Transaction
    }
  | {
      readonly kind: 'output'
      readonly txid: Txid
      readonly output: number
      /** Satoshis. */
      readonly value: bigint
      readonly script: Uint8Array
    }
  | {
      readonly kind: 'inscription'
      readonly txid: Txid
      readonly envelope: Envelope
      readonly transaction: Transaction
    }

export interface CheckedAttestation {
  readonly valid: true
  readonly reason: null
  readonly height: number
  readonly blockHash: BlockHash
  readonly header: Header
  /** Blocks from this one to the proof's tip, both counted. */
  readonly confirmations: number
  readonly payload: AttestationPayload
}

export interface RefusedAttestation {
  readonly valid: false
  readonly reason: AttestationReject
  readonly detail: string
}

/** What of a verified proof an attestation is checked against. */
export type AttestedChain = Pick<ProvedChain, 'height' | 'accumulator' | 'anchor'>

/**
 * Judges an attestation under a verified bus proof: everything it says is recomputed from what the proof commits to.
 * `poseidon` is the verifier's (`poseidonOf(verifier)`).
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { checkAttestation, decodeAttestation, loadVerifier, poseidonOf, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const chain = await verifyProof(await readFile('regtest.proof'), { params: regtest, verifier, now: Date.now() / 1000 })
 * const decoded = decodeAttestation(await readFile('header.attestation'))
 * if (!chain.valid || !decoded.ok) throw new Error('no proof or no attestation')
 * const result = checkAttestation(decoded.attestation, chain, poseidonOf(verifier))
 * console.log(result.valid ? `in block ${result.height}` : result.reason) // in block 3
 */
export function checkAttestation(
  attestation: Attestation,
  chain: AttestedChain,
  poseidon: Poseidon,
): CheckedAttestation | RefusedAttestation {
  const placed = checkHeaderPart(attestation, chain, poseidon)
  if ('valid' in placed) return placed
  const payload = readPayload(attestation, placed.header.merkleRoot)
  if ('reject' in payload) return { valid: false, reason: payload.reject, detail: payload.detail }
  const { height } = attestation
  return { valid: true, reason: null, height, ...placed, confirmations: chain.height - height + 1, payload }
}

function checkHeaderPart(
  { tipHeight, height, header: bytes, path }: HeaderPart,
  chain: AttestedChain,
  poseidon: Poseidon,
): { readonly blockHash: BlockHash; readonly header: Header } | RefusedAttestation {
  const refuse = (reason: AttestationReject, detail: string): RefusedAttestation => ({ valid: false, reason, detail })
  const start = chain.anchor?.height ?? 0
  if (tipHeight !== chain.height) {
    return refuse('other-proof', `made for a proof of height ${tipHeight}, not ${chain.height}: refresh it`)
  }
  if (height < start) return refuse('before-start', `block ${height} lies before the proof’s anchor at ${start}`)
  if (height > chain.height) return refuse('after-tip', `block ${height} lies after the proof’s tip`)
  if (bytes.length !== HEADER_BYTES) return refuse('bad-header', `a header has ${HEADER_BYTES} bytes`)
  const header = decodeHeader(bytes)
  const blockHash = headerHash(header)
  const leaf = leafOf(height, blockHash, header)
  const place = { commitment: chain.accumulator, count: chain.height - start + 1, index: height - start, leaf }
  const found = verifyPath(poseidon, place, path)
  return found.ok ? { blockHash, header } : refuse(found.reject, found.detail)
}

type PayloadRejection = { readonly reject: BlockPartReject; readonly detail: string }

function readPayload(attestation: Attestation, merkleRoot: Uint8Array): AttestationPayload | PayloadRejection {
  switch (attestation.kind) {
    case 'header':
      return { kind: 'header' }
    case 'tx':
      return readTransaction(attestation, merkleRoot)
    case 'output':
      return readOutput(attestation, merkleRoot)
    case 'inscription':
      return readInscription(attestation, merkleRoot)
  }
}

function readTransaction(part: TransactionAttestation, merkleRoot: Uint8Array): AttestationPayload | PayloadRejection {
  const found = checkTransactionPart(part, merkleRoot)
  if (!found.ok) return found
  return { kind: 'tx', txid: found.txid, index: part.index, transaction: found.transaction }
}

function readOutput(part: OutputAttestation, merkleRoot: Uint8Array): AttestationPayload | PayloadRejection {
  const found = checkTransactionPart(part, merkleRoot)
  if (!found.ok) return found
  const output = found.transaction.outputs[part.output]
  if (output === undefined) return { reject: 'no-such-output', detail: `the transaction has no output ${part.output}` }
  return { kind: 'output', txid: found.txid, output: part.output, ...output }
}

function readInscription(part: InscriptionAttestation, merkleRoot: Uint8Array): AttestationPayload | PayloadRejection {
  const found = checkInscriptionPart(part, merkleRoot)
  if (!found.ok) return found
  return { kind: 'inscription', txid: found.txid, envelope: found.envelope, transaction: found.transaction }
}
