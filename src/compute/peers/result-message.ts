import { concatBytes, type Rejection, type Result, rejection, uint32Bytes } from '../../lib/index.ts'
import { MAX_ATTESTATIONS, MAX_SOURCES } from '../manifest/data-sources.ts'
import { decodeResult, encodeResult, namesLog, type ProgramResult } from '../result/result-file.ts'
import { Malformed, type Parts, readParts } from './parts.ts'

/** What shows that one source of a circuit's input stands in the chain, as bytes. */
export interface SourceEvidence {
  readonly attestations: readonly Uint8Array[]
  /** Of a blob, which its record does not hold. */
  readonly content: Uint8Array | null
}

/** A result as it goes from peer to peer, with what it takes to verify it beside one's own chain. */
export interface ResultMessage {
  readonly result: ProgramResult
  /** Of each source of its input, all under one bus proof; none of a program that reads nothing but headers and arguments. */
  readonly evidence: readonly SourceEvidence[]
}

/** Bytes of a message: a stream's proof and some thousand entries, or the attestation of an image. */
export const MAX_RESULT_MESSAGE_BYTES = 196_608
const part = (bytes: Uint8Array) => [uint32Bytes(bytes.length), bytes]

/**
 * The result, its length (4, little-endian) before it; then of each source how many attestations it has and whether content
 * comes after them (a byte each), and these, each with its length before it.
 */
export function encodeResultMessage({ result, evidence }: ResultMessage): Uint8Array {
  return concatBytes(...part(encodeResult(result)), encodeEvidence(evidence))
}

/** Why a result is in no message: it is longer than those are, or has more attestations of a source. */
export type MessageReject = 'too-long' | 'too-many-attestations'

/** Why peers do not take a message with this result; null where they do. */
export function messageRejection(message: ResultMessage): Rejection<MessageReject> | null {
  const most = message.evidence.reduce((all, { attestations }) => Math.max(all, attestations.length), 0)
  if (most > MAX_ATTESTATIONS) {
    return rejection('too-many-attestations', `${most} attestations of a source, and a message has ${MAX_ATTESTATIONS}`)
  }
  const { length } = encodeResultMessage(message)
  if (length <= MAX_RESULT_MESSAGE_BYTES) return null
  return rejection('too-long', `${length} bytes, and a message has ${MAX_RESULT_MESSAGE_BYTES} at most`)
}

/** Reads one in the one form that it has; nothing of it is judged yet. */
export function decodeResultMessage(bytes: Uint8Array): Result<{ readonly value: ResultMessage }> {
  if (bytes.length > MAX_RESULT_MESSAGE_BYTES) return rejection('malformed', `${bytes.length} bytes are too many`)
  return readParts(bytes, (parts) => {
    const read = decodeResult(parts.next())
    if (!read.ok) throw new Malformed(`no result: ${read.reject}: ${read.detail}`)
    // Who hears of it may have no storage at hand, and would have to pass on less than it was given.
    if (namesLog(read.result)) throw new Malformed('a result without its log')
    return { result: read.result, evidence: readEvidence(parts) }
  })
}

/** What comes after the result in a message, and at the end of a request. Throws a RangeError for more attestations of a source than are read. */
export function encodeEvidence(evidence: readonly SourceEvidence[]): Uint8Array {
  for (const { attestations } of evidence) {
    if (attestations.length > MAX_ATTESTATIONS) throw new RangeError(`${attestations.length} attestations of a source`)
  }
  const sources = evidence.flatMap(({ attestations, content }) => [
    Uint8Array.of(attestations.length, content === null ? 0 : 1),
    ...[...attestations, ...(content === null ? [] : [content])].flatMap(part),
  ])
  return concatBytes(...sources)
}

/** To the end of what is read. */
export function readEvidence(parts: Parts): SourceEvidence[] {
  const evidence: SourceEvidence[] = []
  while (parts.left > 0) {
    const [count, flag] = [parts.byte(), parts.byte()]
    if (count > MAX_ATTESTATIONS || flag > 1 || count + flag === 0) throw new Malformed('evidence of nothing')
    const attestations = Array.from({ length: count }, () => parts.next())
    evidence.push({ attestations, content: flag === 0 ? null : parts.next() })
    if (evidence.length > MAX_SOURCES) throw new Malformed('too many sources')
  }
  return evidence
}
