import { ByteReader, compactSize, type DecodeReject, decoding } from '../../src/bitcoin/index.ts'
import {
  type Attestation,
  type AttestationFormReject,
  type AttestationKind,
  decodeAttestation,
  encodeAttestation,
  type HeaderAttestation,
  type InscriptionAttestation,
} from '../../src/bus/index.ts'
import { concatBytes, equalBytes, type Rejection, type Result, rejection } from '../../src/lib/index.ts'
import { storageError } from '../errors.ts'
import {
  type Certificate,
  type CertifiedKey,
  MAX_CERTIFICATE_BYTES,
  MAX_KEYS,
  MAX_WINS,
  STEPS_PROOF_BYTES,
} from './certificate.ts'

/**
 * Version 1; numbers without a size are Bitcoin's CompactSize in their shortest form, attestations in their binary form:
 *
 *     4 "WSCC"   1 version   32 id of the verifying key
 *     length, attestation of the blob's record   length, attestation of the challenge's header
 *     1 number of keys (1 to 32), for each:
 *         length, attestation of the provider's record   7,744 proof   64 signature
 *         1 number of wins, for each: length, attestation of its record
 */
const VERSION = 1
const MAGIC = new TextEncoder().encode('WSCC')
const ID_BYTES = 32
const SIGNATURE_BYTES = 64

/** Why bytes are no certificate at all. */
export type CertificateFormReject =
  | 'not-a-certificate'
  | 'unsupported-version'
  | 'malformed'
  | `malformed:${AttestationFormReject}`
  | DecodeReject

/** A well-formed certificate, of which nothing is verified yet, or why it is none. */
export type CertificateResult = Result<{ readonly certificate: Certificate }, CertificateFormReject>

/** Throws E_CERTIFICATE_SIZE where it were longer than a certificate may be; other lengths are a bug of the caller: RangeError. */
export function encodeCertificate({ verifyingKey, blob, challenge, keys }: Certificate): Uint8Array {
  if (keys.length < 1 || keys.length > MAX_KEYS) throw new RangeError(`a certificate has 1 to ${MAX_KEYS} keys`)
  const parts = [
    MAGIC,
    Uint8Array.of(VERSION),
    sized('key id', verifyingKey, ID_BYTES),
    ...counted(blob),
    ...counted(challenge),
    Uint8Array.of(keys.length),
    ...keys.flatMap(encodeKey),
  ]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (length > MAX_CERTIFICATE_BYTES) {
    const found = `${length} bytes; a certificate has at most ${MAX_CERTIFICATE_BYTES}`
    throw storageError('E_CERTIFICATE_SIZE', found, { cure: { act: 'certify-anew' } })
  }
  return concatBytes(...parts)
}

function encodeKey({ provider, proof, signature, wins }: CertifiedKey): Uint8Array[] {
  if (wins.length > MAX_WINS) throw new RangeError(`at most ${MAX_WINS} wins`)
  return [
    ...counted(provider),
    sized('proof', proof, STEPS_PROOF_BYTES),
    sized('signature', signature, SIGNATURE_BYTES),
    Uint8Array.of(wins.length),
    ...wins.flatMap(counted),
  ]
}

function sized(what: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`a ${what} of ${bytes.length} bytes`)
  return bytes
}

function counted(attestation: Attestation): [Uint8Array, Uint8Array] {
  const bytes = encodeAttestation(attestation)
  return [compactSize(bytes.length), bytes]
}

/** Reads a certificate, strictly; nothing in it is judged yet. Byte arrays are views of the input. */
export function decodeCertificate(bytes: Uint8Array): CertificateResult {
  if (bytes.length > MAX_CERTIFICATE_BYTES) {
    return rejection('oversize', `${bytes.length} bytes; a certificate has at most ${MAX_CERTIFICATE_BYTES}`)
  }
  const prefix = Math.min(bytes.length, MAGIC.length)
  if (prefix === 0 || !equalBytes(bytes.subarray(0, prefix), MAGIC.subarray(0, prefix))) {
    return rejection('not-a-certificate', 'the file does not begin like a certificate')
  }
  return decoding((): CertificateResult => {
    const reader = new ByteReader(bytes, prefix)
    const version = reader.uint8()
    if (version !== VERSION) return rejection('unsupported-version', `version ${version}`)
    const verifyingKey = reader.slice(ID_BYTES)
    const blob = readAs(reader, 'inscription')
    if (!blob.ok) return blob
    const challenge = readAs(reader, 'header')
    if (!challenge.ok) return challenge
    const count = reader.uint8()
    if (count < 1 || count > MAX_KEYS) return rejection('malformed', `${count} keys, not 1 to ${MAX_KEYS}`)
    const keys: CertifiedKey[] = []
    for (let i = 0; i < count; i++) {
      const key = readKey(reader)
      if (!key.ok) return key
      keys.push(key.key)
    }
    if (reader.left > 0) return rejection('trailing-bytes', `${reader.left} bytes after the certificate`)
    const certificate = { verifyingKey, blob: blob.attestation, challenge: challenge.attestation, keys }
    return { ok: true, certificate }
  })
}

function readKey(reader: ByteReader): Result<{ readonly key: CertifiedKey }, CertificateFormReject> {
  const provider = readAs(reader, 'inscription')
  if (!provider.ok) return provider
  const steps = { proof: reader.slice(STEPS_PROOF_BYTES), signature: reader.slice(SIGNATURE_BYTES) }
  const wins: InscriptionAttestation[] = []
  for (let left = reader.uint8(); left > 0; left--) {
    const win = readAs(reader, 'inscription')
    if (!win.ok) return win
    wins.push(win.attestation)
  }
  return { ok: true, key: { provider: provider.attestation, ...steps, wins } }
}

type OfKind = { readonly header: HeaderAttestation; readonly inscription: InscriptionAttestation }

function readAs<Kind extends AttestationKind & keyof OfKind>(
  reader: ByteReader,
  kind: Kind,
): { readonly ok: true; readonly attestation: OfKind[Kind] } | Rejection<CertificateFormReject> {
  const read = decodeAttestation(reader.slice(reader.compactSize()))
  if (!read.ok) return rejection(`malformed:${read.reject}`, read.detail)
  if (read.attestation.kind !== kind) return rejection('malformed', `an attestation of kind ${read.attestation.kind}`)
  return { ok: true, attestation: read.attestation as OfKind[Kind] }
}
