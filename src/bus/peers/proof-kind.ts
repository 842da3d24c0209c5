import { sha256 } from '@noble/hashes/sha2.js'
import { rejection } from '../../lib/index.ts'
import { MAX_PROOF_BYTES } from '../proof-file.ts'
import type { Codec, GossipKind, RequestKind } from './transport.ts'

const DIGEST_BYTES = 32

/** SHA-256 of the proof file that the asker holds; null where it holds none. No bytes are none. */
const heldDigest: Codec<Uint8Array | null> = {
  encode: (digest) => digest ?? new Uint8Array(),
  decode(bytes) {
    if (bytes.length === 0) return { ok: true, value: null }
    return bytes.length === DIGEST_BYTES
      ? { ok: true, value: bytes }
      : rejection('malformed', `${bytes.length} bytes are no SHA-256`)
  },
}

/** A proof file, judged by verifying it; null for the very one that the asker holds: no bytes. */
const proofOrHeld: Codec<Uint8Array | null> = {
  encode: (proof) => proof ?? new Uint8Array(),
  decode: (bytes) => ({ ok: true, value: bytes.length === 0 ? null : bytes }),
}

/** The proof that a peer holds: `bus/proof/1`. */
export const proofKind: RequestKind<Uint8Array | null, Uint8Array | null> = {
  name: 'bus/proof/1',
  question: heldDigest,
  answer: proofOrHeld,
  maxQuestionBytes: DIGEST_BYTES,
  maxAnswerBytes: MAX_PROOF_BYTES,
  maxFrames: 1,
  rate: { burst: 10, perSecond: 1 },
  concurrent: { total: 64, perClient: 2 },
  questionMs: 5_000,
  answerMs: 10_000,
}

const aProof: Codec<Uint8Array> = {
  encode: (proof) => proof,
  decode: (bytes) =>
    bytes.length === 0 ? rejection('malformed', 'no bytes are no proof') : { ok: true, value: bytes },
}

/**
 * Gossip of new proofs: `bus/proof/1`, each message a proof file, named by its SHA-256. Verifying one takes some 100 ms,
 * so that few of one peer are verified: a new block comes every ten minutes, and a proof of it from each prover.
 */
export const proofGossip: GossipKind<Uint8Array> = {
  name: 'bus/proof/1',
  message: aProof,
  maxBytes: MAX_PROOF_BYTES,
  rate: { burst: 20, perSecond: 1 },
  id: (message) => sha256(message),
}
