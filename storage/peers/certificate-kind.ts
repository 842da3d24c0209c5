import { type BlockHash, blockHash } from '../../src/bitcoin/index.ts'
import type { Codec, RequestKind } from '../../src/bus/index.ts'
import { concatBytes, readUint32, rejection, uint32Bytes } from '../../src/lib/index.ts'
import { type SignedSteps, STEPS, STEPS_PROOF_BYTES } from '../certificate/certificate.ts'

const HASH_BYTES = 32
const QUESTION_BYTES = 3 * HASH_BYTES + 4
const SIGNATURE_BYTES = 64
const PROGRESS_BYTES = 3
const SIGNED_BYTES = 1 + STEPS_PROOF_BYTES + SIGNATURE_BYTES

/** Which blob, and which block draws its units. */
export interface CertificateQuestion {
  /** Of the blob, 32 bytes. */
  readonly id: Uint8Array
  readonly height: number
  readonly blockHash: BlockHash
  /** Id of the key under which the steps are to be proved, 32 bytes. */
  readonly verifyingKey: Uint8Array
}

/** How far a provider is, and at last what it has made. */
export type CertificateAnswer =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'signed' } & SignedSteps)

/** The blob's id (32), the block's height (4, little-endian) and hash (32, internal order), the key's id (32). */
const question: Codec<CertificateQuestion> = {
  encode: ({ id, height, blockHash, verifyingKey }) => concatBytes(id, uint32Bytes(height), blockHash, verifyingKey),
  decode: (bytes) =>
    bytes.length === QUESTION_BYTES
      ? {
          ok: true,
          value: {
            id: bytes.slice(0, HASH_BYTES),
            height: readUint32(bytes, HASH_BYTES),
            blockHash: blockHash(bytes.slice(HASH_BYTES + 4, 2 * HASH_BYTES + 4)),
            verifyingKey: bytes.slice(2 * HASH_BYTES + 4),
          },
        }
      : rejection('malformed', `${bytes.length} bytes ask for no certificate`),
}

/** 0, parts done, parts in all (a byte each); or 1, the proof (7,744), the signature (64). */
const answer: Codec<CertificateAnswer> = {
  encode: (value) =>
    value.kind === 'progress'
      ? Uint8Array.of(0, value.done, value.total)
      : concatBytes(Uint8Array.of(1), value.proof, value.signature),
  decode(bytes) {
    const [kind, done, total] = bytes
    if (kind === 0 && bytes.length === PROGRESS_BYTES && done !== undefined && total !== undefined && done <= total) {
      return { ok: true, value: { kind: 'progress', done, total } }
    }
    if (kind !== 1 || bytes.length !== SIGNED_BYTES) return rejection('malformed', 'no part of a certificate')
    const signature = 1 + STEPS_PROOF_BYTES
    return { ok: true, value: { kind: 'signed', proof: bytes.slice(1, signature), signature: bytes.slice(signature) } }
  },
}

/**
 * "Show that you had the units of this blob which that block draws": `storage/certificate/1`. It takes a provider some ten
 * seconds of its cores, so that a peer may ask seldom, and few are answered at once.
 */
export const certificateKind: RequestKind<CertificateQuestion, CertificateAnswer> = {
  name: 'storage/certificate/1',
  question,
  answer,
  maxQuestionBytes: QUESTION_BYTES,
  maxAnswerBytes: SIGNED_BYTES,
  // Progress before the first part and after each.
  maxFrames: STEPS + 3,
  rate: { burst: 4, perSecond: 0.05 },
  concurrent: { total: 4, perClient: 1 },
  questionMs: 5_000,
  answerMs: 180_000,
}
