import type { Codec, RequestKind } from '../../bus/index.ts'
import { bytesToHex, concatBytes, hexToBytes, uint32Bytes, utf8 } from '../../lib/index.ts'
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

const REQUESTED_SYSTEMS = ['fold', 'spartan', 'groth16'] as const
/** Where a result is to go: back to whoever asks, or to Bitcoin too, at the node's cost. */
const DESTINATIONS = ['asker', 'inscription'] as const

/** A proof that a peer is asked for. */
export interface ProofRequest {
  readonly kind: 'request'
  /** Chosen by whoever asks, 64 hex digits: the same request is made once, however often it is sent. */
  readonly id: string
  /** 64 hex digits. */
  readonly program: string
  readonly proofSystem: (typeof REQUESTED_SYSTEMS)[number]
  /** So long the result is of use from now on. */
  readonly seconds: number
  /** The most that the program may have. */
  readonly maxConstraints: number
  /** The most that may be spent on an inscription. */
  readonly maxSatoshis: bigint
  readonly destination: (typeof DESTINATIONS)[number]
  /** Values of the program's arguments, as JSON. */
  readonly arguments: string
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
const MAX_ARGUMENTS_BYTES = 65_536
const MAX_DETAIL = 256

/** The byte's own word, of a list of them. */
function word<Word>(words: readonly Word[], byte: number): Word {
  const found = words[byte]
  if (found === undefined) throw new Malformed(`no ${byte} is known`)
  return found
}

/**
 * A byte, 0 request, 1 status, 2 cancel; the id (32). Of a request then program (32), proof system (a byte, 0 fold, 1 spartan, 2 groth16),
 * seconds, greatest constraints (4 each), satoshis (8), destination (a byte, 0 asker, 1 inscription), arguments with their length (4) before
 * them, evidence as in a message with a result. All numbers are little-endian.
 */
const question: Codec<RequestQuestion> = {
  encode(value) {
    const head = concatBytes(Uint8Array.of(OPS.indexOf(value.kind)), hexToBytes(value.id))
    if (value.kind !== 'request') return head
    const { program, proofSystem, seconds, maxConstraints, maxSatoshis, destination, evidence } = value
    const given = new TextEncoder().encode(value.arguments)
    return concatBytes(
      ...[head, hexToBytes(program), Uint8Array.of(REQUESTED_SYSTEMS.indexOf(proofSystem))],
      ...[uint32Bytes(seconds), uint32Bytes(maxConstraints)],
      ...[uint32Bytes(Number(maxSatoshis & 0xffff_ffffn)), uint32Bytes(Number(maxSatoshis >> 32n))],
      ...[Uint8Array.of(DESTINATIONS.indexOf(destination)), uint32Bytes(given.length), given, encodeEvidence(evidence)],
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
  const [seconds, maxConstraints] = [parts.uint32(), parts.uint32()]
  const maxSatoshis = BigInt(parts.uint32()) + (BigInt(parts.uint32()) << 32n)
  const destination = word(DESTINATIONS, parts.byte())
  const given = parts.next()
  const text = utf8(given)
  if (text === null || given.length > MAX_ARGUMENTS_BYTES) throw new Malformed('arguments that are none')
  const evidence = readEvidence(parts)
  return { program, proofSystem, seconds, maxConstraints, maxSatoshis, destination, arguments: text, evidence }
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
