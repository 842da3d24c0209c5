import { type BlockHash, packParams } from '../../src/bitcoin/index.ts'
import {
  type AttestationReject,
  type AttestedChain,
  type ProvedChain,
  poseidonOf,
  refusesSetup,
  verifyAttestation,
} from '../../src/bus/index.ts'
import { bytesToHex, equalBytes, hexToBytes, type Rejection, type Result, rejection } from '../../src/lib/index.ts'
import type { SetupKind, SnarkVerifier, StorageKernel } from '../../src/proving/index.ts'
import type { StorageParams } from '../params.ts'
import type { BlobClaim } from '../records/judge.ts'
import { type AttestedReject, type AttestedUnder, saidByRecord } from './attested-record.ts'
import { type CertificateFormReject, decodeCertificate } from './binary.ts'
import { type Certificate, FINAL_AFTER } from './certificate.ts'
import { CERTIFICATE_CIRCUIT_ID } from './key/built-in.ts'
import { checkKey, type KeyReject, type SignedKey, type VerifiedKey } from './verify-key.ts'
import { type StepsReject, verifySteps } from './verify-steps.ts'

/** The rule that a certificate breaks; what begins with `challenge:` or `blob:` is what is wrong with that part. */
export type CertificateReject =
  | CertificateFormReject
  | 'other-network'
  | 'wrong-circuit'
  | 'wrong-key'
  | 'insecure-setup'
  | `challenge:${AttestationReject}`
  /** The block that draws may still give way to others, of which one could choose. */
  | 'challenge-not-final'
  | `blob:${AttestedReject}`
  /** The blob's record is of a block after the one that draws: its author may have chosen a blob by what is drawn. */
  | 'blob-after-challenge'
  | KeyReject
  | StepsReject

/** By which standard a certificate is verified: nothing of it is taken from the file. */
export interface VerifyCertificateOptions {
  readonly storage: StorageParams
  /** What a bus proof of this network was found to prove. */
  readonly chain: AttestedChain & Pick<ProvedChain, 'params'>
  /** By a key of the certificate's circuit. */
  readonly verifier: SnarkVerifier
  readonly kernel: Pick<StorageKernel, 'poseidon' | 'storageDraw'>
  /** Accept a development setup on a network whose proofs must rest on the ceremony. */
  readonly allowInsecureSetup?: boolean
}

/** What a certificate was found to show. */
export interface VerifiedCertificate {
  readonly blob: Omit<BlobClaim, 'kind'> & { readonly height: number; readonly blockHash: BlockHash }
  /** H, the block that draws. */
  readonly challenge: { readonly height: number; readonly blockHash: BlockHash }
  readonly keys: readonly VerifiedKey[]
  readonly setup: SetupKind
}

export type VerifyCertificateResult = Result<{ readonly verified: VerifiedCertificate }, CertificateReject>

/**
 * Verifies a certificate under a verified bus proof. What the steps begin with is made here, from what the attestations
 * show: what they prove is about this network, block, blob and these keys, and nothing else.
 */
export async function verifyCertificate(
  bytes: Uint8Array,
  options: VerifyCertificateOptions,
): Promise<VerifyCertificateResult> {
  const { storage, chain, kernel, verifier } = options
  const { network } = storage
  const decoded = decodeCertificate(bytes)
  if (!decoded.ok) return decoded
  const { certificate } = decoded
  if (chain.params !== packParams(network)) return rejection('other-network', `the bus proof is not of ${network.name}`)
  const wrong = checkVerifyingKey(certificate, options)
  if (wrong !== null) return wrong

  const drawn = verifyAttestation(certificate.challenge, chain, poseidonOf(kernel))
  if (!drawn.ok) return rejection(`challenge:${drawn.reject}`, drawn.detail)
  const { height, blockHash } = drawn.verified
  if (chain.height - height < FINAL_AFTER) {
    return rejection('challenge-not-final', `block ${height} is not ${FINAL_AFTER} below the proof’s tip`)
  }
  const challenge = { height, blockHash }
  const under: AttestedUnder = { storage, chain, kernel }
  const published = saidByRecord(under, certificate.blob, 'blob')
  if (!published.ok) return rejection(`blob:${published.reject}`, published.detail)
  const { says, signed } = published
  if (signed.height > height) {
    return rejection('blob-after-challenge', `the blob is of block ${signed.height}, block ${height} draws`)
  }

  const signers: SignedKey[] = []
  for (const part of certificate.keys) {
    const key = checkKey(under, part, { blob: says, challenge, before: signers.at(-1)?.key })
    if (!key.ok) return key
    signers.push(key.key)
  }
  // What takes longest comes last.
  const keys: VerifiedKey[] = []
  for (const [i, { proof }] of certificate.keys.entries()) {
    const signer = signers[i] as SignedKey
    const { key } = signer
    const drawing = { network, blob: says, blockHash, key: hexToBytes(key) }
    const proved = await verifySteps(kernel, verifier, drawing, proof)
    if (!proved.ok) return rejection(proved.reject, `key ${key}: ${proved.detail}`)
    keys.push({ ...signer, drawn: proved.drawn })
  }
  const { kind: _, ...claim } = says
  const blob = { ...claim, height: signed.height, blockHash: signed.blockHash }
  return { ok: true, verified: { blob, challenge, keys, setup: verifier.setup } }
}

function checkVerifyingKey(
  { verifyingKey }: Certificate,
  { storage: { network }, verifier, allowInsecureSetup }: VerifyCertificateOptions,
): Rejection<CertificateReject> | null {
  // Whoever has the ceremony's powers can make a key of any circuit: one that opens no units would prove all.
  if (verifier.circuitId !== CERTIFICATE_CIRCUIT_ID) {
    return rejection(
      'wrong-circuit',
      `the verifying key ${verifier.keyId} is of another circuit than the certificate's`,
    )
  }
  if (refusesSetup(network, verifier.setup, allowInsecureSetup)) {
    return rejection(
      'insecure-setup',
      `the proofs rest on the development setup, which ${network.name} does not accept`,
    )
  }
  if (equalBytes(verifyingKey, hexToBytes(verifier.keyId))) return null
  return rejection('wrong-key', `made for key ${bytesToHex(verifyingKey)}, not ${verifier.keyId}`)
}
