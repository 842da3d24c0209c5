import type { SnarkVerifier } from '../../proving/index.ts'
import type { AttestationKind } from '../attestation/attestation.ts'
import {
  type AttestedChain,
  type CheckedAttestation,
  checkAttestation,
  type RefusedAttestation,
} from '../attestation/check.ts'
import { readAttestation } from '../attestation/read.ts'
import type { UnreadAttestation } from '../attestation/result-json.ts'
import { poseidonOf } from '../poseidon.ts'
import { VerifierError } from './verifier-error.ts'

/** What to judge, and under which chain; plain data, so that it crosses to a worker. */
export interface CheckRequest {
  /** Of either form. */
  readonly attestation: Uint8Array
  /** What a proof was found to prove: nothing here is proved by the attestation itself. */
  readonly chain: AttestedChain
}

export interface AttestationJudgement {
  readonly result: CheckedAttestation | RefusedAttestation | UnreadAttestation
  /** What the file claims to be; null when it is no well-formed attestation. */
  readonly kind: AttestationKind | null
}

/**
 * Judges an attestation by a request of plain data, as a page or a worker has it: `chain` is what `judgeProof` or
 * `verifyProof` returned of a valid proof.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { judgeAttestation, judgeProof, loadVerifier } from 'wsc-bitcoin'
 *
 * const verifier = await loadVerifier()
 * const now = Math.floor(Date.now() / 1000)
 * const proof = await judgeProof({ proof: await readFile('regtest.proof'), network: 'regtest', now }, verifier)
 * if (!proof.result.valid) throw new Error(proof.result.reason)
 * const attestation = await readFile('header.attestation')
 * const { result } = judgeAttestation({ attestation, chain: proof.result }, verifier)
 * console.log(result.valid ? `in block ${result.height}` : result.reason) // in block 3
 */
export function judgeAttestation(request: CheckRequest, verifier: SnarkVerifier): AttestationJudgement {
  const { attestation, chain } = request ?? {}
  if (!(attestation instanceof Uint8Array)) {
    throw new VerifierError('E_REQUEST', 'the request holds no attestation bytes')
  }
  if (!Number.isSafeInteger(chain?.height) || typeof chain.accumulator !== 'bigint' || chain.anchor === undefined) {
    throw new VerifierError('E_REQUEST', 'the request names no proved chain to check the attestation under')
  }
  const read = readAttestation(attestation)
  if (!read.ok) return { result: { valid: false, reason: read.reject, detail: read.detail }, kind: null }
  return { result: checkAttestation(read.attestation, chain, poseidonOf(verifier)), kind: read.attestation.kind }
}
