import { bytesToHex, concatBytes, type Result, rejection, utf8 } from '../lib/index.ts'

/**
 * A frame of an answer begins with one byte: 0, and the rest is the answer's; or 1, and the peer gives none: one byte with
 * the length of a reason (a to z and hyphens), the reason, then words for people in UTF-8.
 */
const ANSWER = 0
const REFUSAL = 1

const REASON = /^[a-z][a-z-]{0,31}$/
const MAX_DETAIL_BYTES = 256

/** Longest frame that says why there is no answer. */
export const MAX_REFUSAL_BYTES = 2 + 32 + MAX_DETAIL_BYTES

export function answerFrame(body: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(ANSWER), body)
}

export function refusalFrame(reason: string, detail: string): Uint8Array {
  const word = new TextEncoder().encode(REASON.test(reason) ? reason : 'refused')
  // Cut between characters.
  const { read = 0 } = new TextEncoder().encodeInto(detail, new Uint8Array(MAX_DETAIL_BYTES))
  return concatBytes(Uint8Array.of(REFUSAL, word.length), word, new TextEncoder().encode(detail.slice(0, read)))
}

/** What a frame of an answer holds: a part of the answer, or why there is none. */
export type AnswerFrame =
  | { readonly kind: 'answer'; readonly body: Uint8Array }
  | { readonly kind: 'refusal'; readonly reason: string; readonly detail: string }

export function readAnswerFrame(frame: Uint8Array): Result<{ readonly read: AnswerFrame }, 'malformed'> {
  const [kind, length = 0] = frame
  if (kind === ANSWER) return { ok: true, read: { kind: 'answer', body: frame.subarray(1) } }
  if (kind !== REFUSAL)
    return rejection('malformed', `a frame of an answer begins with ${bytesToHex(frame.subarray(0, 1))}`)
  const reason = utf8(frame.subarray(2, 2 + length)) ?? ''
  const detail = utf8(frame.subarray(2 + length))
  if (reason.length !== length || !REASON.test(reason) || detail === null || frame.length > MAX_REFUSAL_BYTES) {
    return rejection('malformed', 'a refusal that says nothing')
  }
  return { ok: true, read: { kind: 'refusal', reason, detail } }
}
