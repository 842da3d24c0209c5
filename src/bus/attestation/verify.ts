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
import { type Result, rejection } from '../../lib/index.ts'
import type { Poseidon } from '../accumulator.ts'
import { type AccumulatorPath, type PathClaim, type PathReject, verifyPath } from '../accumulator-path.ts'
import { leafOf } from '../leaf.ts'
import { prefixCommitment } from '../prefix.ts'
import type { ProvedChain } from '../verify.ts'
import type {
  Attestation,
  HeaderAttestation,
  HeaderPart,
  InscriptionAttestation,
  OutputAttestation,
  TransactionAttestation,
} from './attestation.ts'
import { type BlockPartReject, checkInscriptionPart, checkTransactionPart } from './check-block-part.ts'

/** The rule that an attestation breaks. */
export type AttestationReject =
  | PathReject
  | BlockPartReject
  | 'other-proof'
  | 'before-start'
  | 'after-tip'
  | 'bad-header'

/** What an attestation says once it is checked. Byte arrays may be views of the attestation. */
export type AttestationPayload =
  | {
      readonly kind: 'header'
      /** What a proof of the chain up to this header commits to: that chain is the beginning of the proved one. */
      readonly accumulator: bigint
    }
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

/** What an attestation was found to show under a proof. */
export interface VerifiedAttestation {
  readonly height: number
  readonly blockHash: BlockHash
  readonly header: Header
  /** Blocks from this one to the proof's tip, both counted. */
  readonly confirmations: number
  readonly payload: AttestationPayload
}

/** What an attestation was found to show, or the rule it breaks. */
export type VerifyAttestationResult = Result<{ readonly verified: VerifiedAttestation }, AttestationReject>

/** What of a verified proof an attestation is verified against. */
export type AttestedChain = Pick<ProvedChain, 'height' | 'accumulator' | 'anchor'>

/**
 * Verifies an attestation under a verified bus proof: everything it says is recomputed from what the proof commits to.
 * `poseidon` is the verifier's (`poseidonOf(verifier)`).
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeAttestation, loadVerifier, poseidonOf, regtest, verifyAttestation, verifyProof } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const options = { params: regtest, verifier, now: Date.now() / 1000 }
 * const proved = await verifyProof(await readFile('regtest.proof'), options)
 * const decoded = decodeAttestation(await readFile('header.attestation'))
 * if (!proved.ok || !decoded.ok) throw new Error('no proof or no attestation')
 * const result = verifyAttestation(decoded.attestation, proved.chain, poseidonOf(verifier))
 * console.log(result.ok ? `in block ${result.verified.height}` : result.reject) // in block 3
 */
export function verifyAttestation(
  attestation: Attestation,
  chain: AttestedChain,
  poseidon: Poseidon,
): VerifyAttestationResult {
  const placed = checkHeaderPart(attestation, chain, poseidon)
  if (!placed.ok) return placed
  const { blockHash, header, claim } = placed
  const read =
    attestation.kind === 'header'
      ? readHeader(claim, attestation.path, poseidon)
      : readPayload(attestation, header.merkleRoot)
  if (!read.ok) return read
  const { height } = attestation
  const confirmations = chain.height - height + 1
  return { ok: true, verified: { height, blockHash, header, confirmations, payload: read.payload } }
}

function checkHeaderPart(
  { tipHeight, height, header: bytes, path }: HeaderPart,
  chain: AttestedChain,
  poseidon: Poseidon,
): Result<{ readonly blockHash: BlockHash; readonly header: Header; readonly claim: PathClaim }, AttestationReject> {
  const start = chain.anchor?.height ?? 0
  if (tipHeight !== chain.height) {
    return rejection('other-proof', `made for a proof of height ${tipHeight}, not ${chain.height}: refresh it`)
  }
  if (height < start) return rejection('before-start', `block ${height} lies before the proof’s anchor at ${start}`)
  if (height > chain.height) return rejection('after-tip', `block ${height} lies after the proof’s tip`)
  if (bytes.length !== HEADER_BYTES) return rejection('bad-header', `a header has ${HEADER_BYTES} bytes`)
  const header = decodeHeader(bytes)
  const blockHash = headerHash(header)
  const leaf = leafOf(height, blockHash, header)
  const claim = { commitment: chain.accumulator, count: chain.height - start + 1, index: height - start, leaf }
  const found = verifyPath(poseidon, claim, path)
  return found.ok ? { ok: true, blockHash, header, claim } : found
}

type PayloadResult = Result<{ readonly payload: AttestationPayload }, BlockPartReject>

function readHeader(claim: PathClaim, path: AccumulatorPath, poseidon: Poseidon): PayloadResult {
  return { ok: true, payload: { kind: 'header', accumulator: prefixCommitment(poseidon, claim, path) } }
}

function readPayload(attestation: Exclude<Attestation, HeaderAttestation>, merkleRoot: Uint8Array): PayloadResult {
  switch (attestation.kind) {
    case 'tx':
      return readTransaction(attestation, merkleRoot)
    case 'output':
      return readOutput(attestation, merkleRoot)
    case 'inscription':
      return readInscription(attestation, merkleRoot)
  }
}

function readTransaction(part: TransactionAttestation, merkleRoot: Uint8Array): PayloadResult {
  const found = checkTransactionPart(part, merkleRoot)
  if (!found.ok) return found
  const { txid, transaction } = found
  return { ok: true, payload: { kind: 'tx', txid, index: part.index, transaction } }
}

function readOutput(part: OutputAttestation, merkleRoot: Uint8Array): PayloadResult {
  const found = checkTransactionPart(part, merkleRoot)
  if (!found.ok) return found
  const output = found.transaction.outputs[part.output]
  if (output === undefined) return rejection('no-such-output', `the transaction has no output ${part.output}`)
  return { ok: true, payload: { kind: 'output', txid: found.txid, output: part.output, ...output } }
}

function readInscription(part: InscriptionAttestation, merkleRoot: Uint8Array): PayloadResult {
  const found = checkInscriptionPart(part, merkleRoot)
  if (!found.ok) return found
  const { txid, envelope, transaction } = found
  return { ok: true, payload: { kind: 'inscription', txid, envelope, transaction } }
}
