import type { Codec, RequestKind } from '../../src/bus/index.ts'
import { concatBytes, readUint32, rejection, uint32Bytes } from '../../src/lib/index.ts'

/** How one provider stands with one partition, as it says itself. */
export interface Holdings {
  /** Height that its table has reached. */
  readonly height: number
  /** Positions of the partition that are used as of it. */
  readonly used: number
  /** Of those, what it has on its disk. */
  readonly held: number
  /** Of those, what nobody gave it when it last asked all: holes, as far as it knows. */
  readonly holes: number
  /** What it found broken in its last scrub, and had to heal. */
  readonly broken: number
  /** Height of that scrub; null before the first. */
  readonly scrubbedAt: number | null
}

const NEVER = 0xffff_ffff
const FIELDS = 6

/** A partition's number: 4 bytes, little-endian. */
const aPartition: Codec<number> = {
  encode: uint32Bytes,
  decode: (bytes) =>
    bytes.length === 4
      ? { ok: true, value: readUint32(bytes, 0) }
      : rejection('malformed', `${bytes.length} bytes are no partition`),
}

/** Six numbers of 4 bytes, little-endian, in the order above; a scrub that never was is at height 2^32 − 1. */
const holdings: Codec<Holdings> = {
  encode({ height, used, held, holes, broken, scrubbedAt }) {
    return concatBytes(...[height, used, held, holes, broken, scrubbedAt ?? NEVER].map(uint32Bytes))
  },
  decode(bytes) {
    if (bytes.length !== 4 * FIELDS) return rejection('malformed', `${bytes.length} bytes are no holdings`)
    const [height, used, held, holes, broken, scrubbed] = Array.from({ length: FIELDS }, (_, i) =>
      readUint32(bytes, 4 * i),
    ) as [number, number, number, number, number, number]
    if (held + holes > used) return rejection('malformed', 'more chunks than positions')
    return { ok: true, value: { height, used, held, holes, broken, scrubbedAt: scrubbed === NEVER ? null : scrubbed } }
  },
}

/** What a provider has of a partition that it serves: `storage/holdings/1`. */
export const holdingsKind: RequestKind<number, Holdings> = {
  name: 'storage/holdings/1',
  question: aPartition,
  answer: holdings,
  maxQuestionBytes: 4,
  maxAnswerBytes: 4 * FIELDS,
  maxFrames: 1,
  rate: { burst: 60, perSecond: 10 },
  concurrent: { total: 32, perClient: 4 },
  questionMs: 5_000,
  answerMs: 10_000,
}
