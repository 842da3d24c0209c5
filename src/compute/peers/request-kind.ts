import type { Codec, RequestKind } from '../../bus/index.ts'
import { bytesToHex, concatBytes, hexToBytes, uint32Bytes, utf8 } from '../../lib/index.ts'
import { encodeBounds, REQUESTED_SYSTEMS, type RequestTerms, readBounds, word } from '../requests/request-terms.ts'
import { Malformed, type Parts, readParts } from './parts.ts'
import {
  decodeResultMessage,
  encodeEvidence,
  encodeResultMessage,
  MAX_RESULT_MESSAGE_BYTES,
  type ResultMessage,
  readEvidence,
  type SourceEvidence,
} from './result-message.ts'

/** A proof that a peer is asked for. */
export interface ProofRequest extends RequestTerms {
  readonly kind: 'request'
  /** Chosen by whoever asks, 64 hex digits: the same request is made once, however often it is sent. */
  readonly id: string
  /** 64 hex digits. */
  readonly program: string
  /** So long the result is of use from now on. */
  readonly seconds: number
  /** Of each source of its input. */
  readonly evidence: readonly SourceEvidence[]
}

export type RequestQuestion = ProofRequest | { readonly kind: 'status' | 'cancel'; readonly id: string }

/** Where a request stands. */
export type RequestAnswer =
  | { readonly state: 'waiting' | 'proving' | 'cancelled' | 'late' }
  | { readonly state: 'done'; readonly message: ResultMessage }
  | { readonly state: 'failed'; readonly detail: string }

const OPS = ['request', 'status', 'cancel'] as const
const STATES = ['waiting', 'proving', 'cancelled', 'late', 'done', 'failed'] as const
const MAX_DETAIL = 256

/**
 * A byte, 0 request, 1 status, 2 cancel; the id (32). Of a request then program (32), proof system (a byte, 0 fold, 1 spartan, 2 groth16),
 * seconds, greatest constraints (4 each), satoshis (8), destination (a byte, 0 asker, 1 inscription), arguments with their length (4) before
 * them, evidence as in a message with a result. All numbers are little-endian.
 */
const question: Codec<RequestQuestion> = {
  encode(value) {
    const head = concatBytes(Uint8Array.of(OPS.indexOf(value.kind)), hexToBytes(value.id))
    if (value.kind !== 'request') return head
    const { program, proofSystem, seconds, evidence } = value
    return concatBytes(
      ...[head, hexToBytes(program), Uint8Array.of(REQUESTED_SYSTEMS.indexOf(proofSystem)), uint32Bytes(seconds)],
      ...[encodeBounds(value), encodeEvidence(evidence)],
    )
  },
  decode: (bytes) =>
    readParts(bytes, (parts): RequestQuestion => {
      const kind = word(OPS, parts.byte())
      const id = bytesToHex(parts.take(32))
      return kind === 'request' ? { kind, id, ...readRequest(parts) } : { kind, id }
    }),
}

function readRequest(parts: Parts): Omit<ProofRequest, 'kind' | 'id'> {
  const program = bytesToHex(parts.take(32))
  const proofSystem = word(REQUESTED_SYSTEMS, parts.byte())
  const seconds = parts.uint32()
  return { program, proofSystem, seconds, ...readBounds(parts), evidence: readEvidence(parts) }
}

/** A byte for the state, 0 waiting to 5 failed; then of a result its message, of a failure words for people. */
const answer: Codec<RequestAnswer> = {
  encode(value) {
    const state = Uint8Array.of(STATES.indexOf(value.state))
    if (value.state === 'done') return concatBytes(state, encodeResultMessage(value.message))
    if (value.state !== 'failed') return state
    const { read = 0 } = new TextEncoder().encodeInto(value.detail, new Uint8Array(MAX_DETAIL))
    return concatBytes(state, new TextEncoder().encode(value.detail.slice(0, read)))
  },
  decode: (bytes) =>
    readParts(bytes, (parts): RequestAnswer => {
      const state = word(STATES, parts.byte())
      if (state === 'done') {
        const read = decodeResultMessage(parts.take(parts.left))
        if (!read.ok) throw new Malformed(read.detail)
        return { state, message: read.value }
      }
      if (state !== 'failed') return { state }
      const detail = parts.left > MAX_DETAIL ? null : utf8(parts.take(parts.left))
      if (detail === null) throw new Malformed('words that are none')
      return { state, detail }
    }),
}

/** "Prove this for me", "how does that stand", "I do not need it any more": `compute/request/1`. */
export const requestKind: RequestKind<RequestQuestion, RequestAnswer> = {
  name: 'compute/request/1',
  question,
  answer,
  maxQuestionBytes: MAX_RESULT_MESSAGE_BYTES,
  maxAnswerBytes: 1 + MAX_RESULT_MESSAGE_BYTES,
  maxFrames: 1,
  rate: { burst: 20, perSecond: 2 },
  concurrent: { total: 32, perClient: 4 },
  questionMs: 10_000,
  answerMs: 30_000,
}
