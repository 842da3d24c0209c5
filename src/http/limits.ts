import type { RateLimit } from '../lib/index.ts'

/** What clients may hold of a server. */
export interface HttpLimits {
  readonly connections: number
  readonly connectionsPerAddress: number
  /** Of one connection, not answered in full: with one more, sent without waiting for answers, it is closed. */
  readonly requestsPerConnection: number
  /** From a connection's beginning, or the last answer's end, until a request is there in full. */
  readonly requestMs: number
  /** From a request until its answer has been taken in full, however steadily it is read. */
  readonly answerMs: number
  /** Of answers not taken yet, all clients together. */
  readonly unsentBytes: number
  readonly unsentBytesPerAddress: number
  /** Of bodies of requests that are not answered yet, all clients together. */
  readonly bodyBytes: number
  readonly bodyBytesPerAddress: number
}

export const HTTP_LIMITS: HttpLimits = {
  connections: 256,
  connectionsPerAddress: 16,
  requestsPerConnection: 32,
  requestMs: 10_000,
  answerMs: 60_000,
  // The longest answer of the bus, an attestation in JSON, has 8.4 MB.
  unsentBytes: 64 << 20,
  unsentBytesPerAddress: 16 << 20,
  bodyBytes: 32 << 20,
  bodyBytesPerAddress: 8 << 20,
}

/** Answers up to this length pass though the sum is used up: proof, state and paths of the bus stay to be had. */
export const SMALL_ANSWER = 32 * 1024

/** What an answer that is read as it is sent is counted as: the buffers between its source and the client. */
export const STREAMED_ANSWER = 256 * 1024

/** Of all headers of a request together, and the line before them. */
export const MAX_HEADER_BYTES = 8192

/** Characters of a request's target. */
export const MAX_TARGET = 512

export const RATE_LIMIT: RateLimit = { burst: 60, perSecond: 20 }
