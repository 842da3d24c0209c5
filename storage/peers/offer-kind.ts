import type { Codec, RequestKind } from '../../src/bus/index.ts'
import { concatBytes, readUint32, rejection, uint32Bytes } from '../../src/lib/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { CODING, isBlobLength, MAX_BLOB_BYTES, UNIT_BYTES, UNITS_A_CHUNK } from '../blob/shape.ts'

const ROOT_BYTES = 32
const OFFER_BYTES = ROOT_BYTES + 4 + 4
const MOST_CHUNKS = Math.ceil((1.5 * (MAX_BLOB_BYTES / UNIT_BYTES)) / UNITS_A_CHUNK)

/**
 * How a provider stands to a blob: it would keep it once its record counts; it is fetching it; it has all of it, verified;
 * it does not keep it, because its parity is none of its data.
 */
const BLOB_STATES = ['waits', 'fetching', 'whole', 'wrong-parity'] as const
export type BlobState = (typeof BLOB_STATES)[number]

/** What a provider answers to an offer. */
export interface OfferAnswer {
  readonly state: BlobState
  /** Chunks that it has. */
  readonly held: number
}

/** A blob that a peer is to keep. */
export interface Offer extends BlobContent {
  /** That it will be in, once it and all that is put with it before it has its place in the table. */
  readonly partition: number
}

/** Root (32), length, partition (4 each, little-endian). */
const offered: Codec<Offer> = {
  encode: ({ root, length, partition }) => concatBytes(root, uint32Bytes(length), uint32Bytes(partition)),
  decode(bytes) {
    if (bytes.length !== OFFER_BYTES) return rejection('malformed', `${bytes.length} bytes offer no blob`)
    const length = readUint32(bytes, ROOT_BYTES)
    if (!isBlobLength(length)) return rejection('malformed', `no blob has ${length} bytes`)
    const partition = readUint32(bytes, ROOT_BYTES + 4)
    return { ok: true, value: { root: bytes.slice(0, ROOT_BYTES), length, coding: CODING, partition } }
  },
}

/** Its state (one byte: 0 to 3 in the order above), chunks held (4, little-endian). */
const offerAnswer: Codec<OfferAnswer> = {
  encode: ({ state, held }) => concatBytes(Uint8Array.of(BLOB_STATES.indexOf(state)), uint32Bytes(held)),
  decode(bytes) {
    const state = BLOB_STATES[bytes[0] ?? BLOB_STATES.length]
    if (bytes.length !== 5 || state === undefined) return rejection('malformed', 'no answer to an offer')
    const held = readUint32(bytes, 1)
    return held > MOST_CHUNKS
      ? rejection('malformed', `no blob has ${held} chunks`)
      : { ok: true, value: { state, held } }
  },
}

/**
 * "Keep this blob; its chunks are to be had from me": `storage/offer/2`. Nothing is taken before a record of it counts, so
 * that nobody fills a disk that he has not paid for. Asked again, it tells how far the provider is.
 */
export const offerKind: RequestKind<Offer, OfferAnswer> = {
  name: 'storage/offer/2',
  question: offered,
  answer: offerAnswer,
  maxQuestionBytes: OFFER_BYTES,
  maxAnswerBytes: 5,
  maxFrames: 1,
  rate: { burst: 200, perSecond: 20 },
  concurrent: { total: 32, perClient: 8 },
  questionMs: 5_000,
  answerMs: 10_000,
}
