import { aByteArray, type Result } from '../../lib/index.ts'
import type { SnarkVerifier } from '../../proving/index.ts'
import type { AttestationKind } from '../attestation/attestation.ts'
import type { AttestationFormReject } from '../attestation/binary.ts'
import { readAttestation } from '../attestation/read.ts'
import {
  type AttestationReject,
  type AttestedChain,
  type VerifiedAttestation,
  verifyAttestation,
} from '../attestation/verify.ts'
import { poseidonOf } from '../poseidon.ts'
import type { RequestedNetwork } from './proof-request.ts'
import { verifierError } from './verifier-error.ts'

/** What to verify, and under which chain; plain data, so that it crosses to a worker. */
export interface VerifyAttestationRequest {
  /** Of either form. */
  readonly attestation: Uint8Array
  /** What a proof was found to prove: nothing here is proved by the attestation itself. */
  readonly chain: AttestedChain
  /** Of the chain, for what a worker describes of the attestation besides (`DescribeAttestation`); mainnet unless named. */
  readonly network?: RequestedNetwork
}

/** What came of an attestation, and what it claimed to be. */
export interface AttestationVerdict {
  readonly result: Result<{ readonly verified: VerifiedAttestation }, AttestationReject | AttestationFormReject>
  /** What the file claims to be; null when it is no well-formed attestation. */
  readonly kind: AttestationKind | null
}

/**
 * Verifies an attestation by a request of plain data, as a page or a worker has it: `chain` is what `verifyProofRequest`
 * or `verifyProof` found proved. Throws E_REQUEST where the request is none.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, verifyAttestationRequest, verifyProofRequest } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const now = Math.floor(Date.now() / 1000)
 * const proof = await verifyProofRequest({ proof: await readFile('regtest.proof'), network: 'regtest', now }, verifier)
 * if (!proof.result.ok) throw new Error(proof.result.reject)
 * const attestation = await readFile('header.attestation')
 * const { result } = verifyAttestationRequest({ attestation, chain: proof.result.chain }, verifier)
 * console.log(result.ok ? `in block ${result.verified.height}` : result.reject) // in block 3
 */
export function verifyAttestationRequest(
  request: VerifyAttestationRequest,
  verifier: SnarkVerifier,
): AttestationVerdict {
  const { attestation, chain } = request ?? {}
  if (!aByteArray.holds(attestation)) throw verifierError('E_REQUEST', 'the request holds no attestation bytes')
  if (!isProvedChain(chain)) {
    throw verifierError('E_REQUEST', 'the request names no proved chain to verify the attestation under')
  }
  const read = readAttestation(attestation)
  if (!read.ok) return { result: read, kind: null }
  return { result: verifyAttestation(read.attestation, chain, poseidonOf(verifier)), kind: read.attestation.kind }
}

function isProvedChain(chain: AttestedChain | undefined): boolean {
  const { height, accumulator, anchor } = chain ?? {}
  if (!Number.isSafeInteger(height) || typeof accumulator !== 'bigint') return false
  return anchor === null || Number.isSafeInteger(anchor?.height)
}
