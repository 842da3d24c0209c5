import type { Codec, RequestKind } from '../../src/bus/index.ts'
import { concatBytes, readUint32, rejection, uint32Bytes } from '../../src/lib/index.ts'
import { type LastScrub, type LastScrubs, SCRUB_LEVELS } from '../replica/scrub-levels.ts'

/** How fast a provider encodes what it keeps, of all its partitions. */
export interface Encoding {
  /** Chunks, at least 1. */
  readonly perHour: number
  readonly secondsLeft: number
}

/** How one provider stands with one partition, as it says itself. */
export interface Holdings {
  /** Height that its table has reached. */
  readonly height: number
  /** Positions of the partition that are used as of it. */
  readonly used: number
  /** Of those, what it has on its disk. */
  readonly held: number
  /** Of those, what it keeps encoded under its key. */
  readonly encoded: number
  /** Of those, what nobody gave it when it last asked all: holes, as far as it knows. */
  readonly holes: number
  /** Null where nothing is being encoded, or it is not known yet how fast. */
  readonly encoding: Encoding | null
  /** Of all that it keeps, not of this partition alone. */
  readonly scrubs: LastScrubs
}

const NEVER = 0xffff_ffff
const FIELDS = 7
const SCRUB_FIELDS = 3
const BYTES = 4 * (FIELDS + SCRUB_FIELDS * SCRUB_LEVELS.length)

/** A partition's number: 4 bytes, little-endian. */
export const aPartition: Codec<number> = {
  encode: uint32Bytes,
  decode: (bytes) =>
    bytes.length === 4
      ? { ok: true, value: readUint32(bytes, 0) }
      : rejection('malformed', `${bytes.length} bytes are no partition`),
}

/**
 * Numbers of 4 bytes, little-endian: height, used, held, encoded, holes, chunks encoded an hour (0 where none are) and seconds
 * left for it; then of each level of scrubs, recent, cheap and full, its height
 * (2^32 − 1 where there was none), chunks and broken.
 */
const holdings: Codec<Holdings> = {
  encode({ height, used, held, encoded, holes, encoding, scrubs }) {
    const { perHour, secondsLeft } = encoding ?? { perHour: 0, secondsLeft: 0 }
    const scrubbed = SCRUB_LEVELS.flatMap((level) => {
      const { height, chunks, broken } = scrubs[level] ?? { height: NEVER, chunks: 0, broken: 0 }
      return [height, chunks, broken]
    })
    return concatBytes(...[height, used, held, encoded, holes, perHour, secondsLeft, ...scrubbed].map(uint32Bytes))
  },
  decode(bytes) {
    if (bytes.length !== BYTES) return rejection('malformed', `${bytes.length} bytes are no holdings`)
    const at = (field: number) => readUint32(bytes, 4 * field)
    const [height, used, held, encoded, holes] = [at(0), at(1), at(2), at(3), at(4)]
    const [perHour, secondsLeft] = [at(5), at(6)]
    if (held + holes > used) return rejection('malformed', 'more chunks than positions')
    if (encoded > held) return rejection('malformed', 'more is encoded than held')
    if (perHour === 0 && secondsLeft > 0) return rejection('malformed', 'an encoding that is none')
    const encoding = perHour === 0 ? null : { perHour, secondsLeft }
    const scrubs: Partial<Record<(typeof SCRUB_LEVELS)[number], LastScrub | null>> = {}
    for (const [i, level] of SCRUB_LEVELS.entries()) {
      const first = FIELDS + SCRUB_FIELDS * i
      const last = { height: at(first), chunks: at(first + 1), broken: at(first + 2) }
      if (last.broken > last.chunks) return rejection('malformed', 'more is broken than was looked at')
      if (last.height === NEVER && last.chunks > 0) return rejection('malformed', 'a scrub that never was')
      scrubs[level] = last.height === NEVER ? null : last
    }
    return { ok: true, value: { height, used, held, encoded, holes, encoding, scrubs: scrubs as LastScrubs } }
  },
}

/** What a provider has of a partition that it serves: `storage/holdings/2`. */
export const holdingsKind: RequestKind<number, Holdings> = {
  name: 'storage/holdings/2',
  question: aPartition,
  answer: holdings,
  maxQuestionBytes: 4,
  maxAnswerBytes: BYTES,
  maxFrames: 1,
  rate: { burst: 60, perSecond: 10 },
  concurrent: { total: 32, perClient: 4 },
  questionMs: 5_000,
  answerMs: 10_000,
}
