import { compactSize } from '../../src/bitcoin/index.ts'
import { type Attestation, encodeAttestation, MAX_PATH_LENGTH } from '../../src/bus/index.ts'
import { type Certificate, type CertifiedKey, MAX_CERTIFICATE_BYTES, STEPS_PROOF_BYTES } from './certificate.ts'

/** What stands before the attestations, and the number of keys. */
const HEAD_BYTES = 4 + 1 + 32 + 1
/** A key's proof, its signature, and the number of its wins. */
const SIGNED_BYTES = STEPS_PROOF_BYTES + 64 + 1
const LAST_HEIGHT = 0xffff_ffff
const LONGEST_PATH: readonly bigint[] = new Array(MAX_PATH_LENGTH).fill(0n)

/** Bytes of an attestation in a certificate, under whatever later proof it is brought to: its path grows with the chain. */
export function attestationRoom(attestation: Attestation): number {
  const { length } = encodeAttestation({ ...attestation, tipHeight: LAST_HEIGHT, path: LONGEST_PATH })
  return compactSize(length).length + length
}

/** Bytes that each of so many keys may take with its wins, so that all of them make one certificate. */
export function roomOfKey({ blob, challenge }: Pick<Certificate, 'blob' | 'challenge'>, keys: number): number {
  const left = MAX_CERTIFICATE_BYTES - HEAD_BYTES - attestationRoom(blob) - attestationRoom(challenge)
  return Math.floor(left / keys)
}

/** Bytes of a key without wins. */
export function bareKeyRoom({ provider }: Pick<CertifiedKey, 'provider'>): number {
  return attestationRoom(provider) + SIGNED_BYTES
}
