import type { BudgetLimits, RateLimit, Rejection, Result } from '../../lib/index.ts'

/** By what a transport knows a peer: a text that stays the same as long as the peer keeps its key. */
export type PeerName = string

/** How one kind of message is written and read. What comes from a peer is read strictly, or refused by name. */
export interface Codec<Value> {
  encode(value: Value): Uint8Array
  decode(bytes: Uint8Array): Result<{ readonly value: Value }>
}

/** One kind of question to a peer and of the answer to it, with all that bounds both. */
export interface RequestKind<Question, Answer> {
  /** Name and version within a network: `bus/proof/1`. */
  readonly name: string
  readonly question: Codec<Question>
  /** Of one frame of the answer. */
  readonly answer: Codec<Answer>
  readonly maxQuestionBytes: number
  readonly maxAnswerBytes: number
  /** Frames that an answer has at most. */
  readonly maxFrames: number
  /** Questions that one peer may put. */
  readonly rate: RateLimit
  /** Questions that are being answered: of all peers (`total`), of one; those of one address are fewer than half of all. */
  readonly concurrent: BudgetLimits
  /** From the opened stream to the whole question, milliseconds. */
  readonly questionMs: number
  /** From the question to the last byte of the answer, milliseconds. */
  readonly answerMs: number
}

/** Who asks, and until when an answer is of use. */
export interface Asker {
  readonly peer: PeerName
  readonly signal: AbortSignal
}

/** The frames of an answer, sent as fast as the peer reads them; or why there is none, which the peer is told. */
export type Answered<Answer> = Result<{ readonly frames: Iterable<Answer> | AsyncIterable<Answer> }>

export type Answerer<Question, Answer> = (question: Question, asker: Asker) => Promise<Answered<Answer>>

/**
 * Why a peer gave no answer: it cannot be reached (`unreachable`), was not done in time (`silent`), sent what is no answer
 * (`malformed`, `oversized`), or said why it gives none (`refused`).
 */
export type AskReject = 'unreachable' | 'silent' | 'malformed' | 'oversized' | 'refused'

/** A peer's own word for why it gives no answer; the detail is for people. */
export interface Refusal extends Rejection<'refused'> {
  readonly reason: string
}

/** The frames of the answer, at least one; none where they were taken one by one. */
export type Asked<Answer> = Result<{ readonly frames: readonly Answer[] }, Exclude<AskReject, 'refused'>> | Refusal

export interface AskPeerOptions<Answer> {
  readonly signal?: AbortSignal | undefined
  /** Takes each frame as it comes, for answers that are not to be in memory whole; the peer waits for it. */
  take?(frame: Answer): void | Promise<void>
}

/** What a peer is said to have refused. */
export function refusal(reason: string, detail: string): Refusal {
  return { ok: false, reject: 'refused', reason, detail: `${reason}: ${detail}` }
}

/** One kind of gossip: what its messages are, and how many of them one peer may have judged. */
export interface GossipKind<Value> {
  /** Name and version within a network: `bus/proof/1`. */
  readonly name: string
  readonly message: Codec<Value>
  readonly maxBytes: number
  readonly rate: RateLimit
  /** What names a message: equal ones are the same message. At most 32 bytes. */
  id(message: Uint8Array): Uint8Array
}

/** What a gossiped message is worth: passed on, dropped, or held against the peer that passed it on. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject'

export type GossipJudge<Value> = (value: Value, from: PeerName) => Promise<GossipVerdict>

export interface Gossip<Value> {
  /** To whoever listens; that nobody does is no error. */
  publish(value: Value): Promise<void>
  /** Connected peers that listen. */
  listeners(): readonly PeerName[]
  leave(): void
}

/**
 * What a peer may do wrong: give what does not verify (`lie`), what cannot be read (`malformed`), more than agreed
 * (`oversized`), too often or too much at once (`flood`), or not in time (`slow`).
 */
export type Fault = 'lie' | 'malformed' | 'oversized' | 'flood' | 'slow'

/**
 * Other nodes, as parts that speak with them see them. No peer is trusted: whatever one gives is judged by who asked, and
 * what it did wrong is told here. A transport no longer speaks with peers that do too much of it.
 */
export interface PeerTransport {
  /** Those that are connected and answer this kind. */
  peers<Question, Answer>(kind: RequestKind<Question, Answer>): readonly PeerName[]
  /** Calls `met` with each that comes from now on and answers this kind; what comes back ends that. */
  meet<Question, Answer>(kind: RequestKind<Question, Answer>, met: (peer: PeerName) => void): () => void
  /** Asks one peer. Throws E_ABORTED once the signal fires, and nothing else that a peer could cause. */
  ask<Question, Answer>(
    peer: PeerName,
    kind: RequestKind<Question, Answer>,
    question: Question,
    options?: AskPeerOptions<Answer>,
  ): Promise<Asked<Answer>>
  /** Answers questions of this kind from now on; what comes back ends that. */
  answer<Question, Answer>(
    kind: RequestKind<Question, Answer>,
    answerer: Answerer<Question, Answer>,
  ): Promise<() => Promise<void>>
  /** Takes part in gossip that the transport was made for; every message is judged before it is passed on. */
  join<Value>(kind: GossipKind<Value>, judge: GossipJudge<Value>): Gossip<Value>
  blame(peer: PeerName, fault: Fault, detail: string): void
  /** Whether a peer is not spoken with for now: nothing that it gave before is worth any work. */
  isBanned(peer: PeerName): boolean
}
