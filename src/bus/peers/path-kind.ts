import { concatBytes, readUint32, rejection, uint32Bytes } from '../../lib/index.ts'
import { MAX_PATH_LENGTH } from '../accumulator-path.ts'
import type { PathSupplement } from '../attestation/supplement.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../field.ts'
import type { Codec, RequestKind } from './transport.ts'

const HEIGHT_BYTES = 4

/** A height: four bytes, little-endian. */
const aHeight: Codec<number> = {
  encode: uint32Bytes,
  decode: (bytes) =>
    bytes.length === HEIGHT_BYTES
      ? { ok: true, value: readUint32(bytes, 0) }
      : rejection('malformed', `${bytes.length} bytes are no height`),
}

/** Height of the proof's tip (4), height of the header (4), elements of the path (32 each): all little-endian. */
const aPath: Codec<PathSupplement> = {
  encode: ({ tipHeight, height, path }) => concatBytes(uint32Bytes(tipHeight), uint32Bytes(height), encodeField(path)),
  decode(bytes) {
    if (bytes.length < 2 * HEIGHT_BYTES) return rejection('malformed', 'too short for a path')
    const path = decodeField(bytes.subarray(2 * HEIGHT_BYTES))
    if (path === null) return rejection('malformed', 'the path is not made of field elements')
    return { ok: true, value: { tipHeight: readUint32(bytes, 0), height: readUint32(bytes, HEIGHT_BYTES), path } }
  },
}

/** The path of a header to the commitment of the proof that a peer holds: `bus/path/1`. */
export const pathKind: RequestKind<number, PathSupplement> = {
  name: 'bus/path/1',
  question: aHeight,
  answer: aPath,
  maxQuestionBytes: HEIGHT_BYTES,
  maxAnswerBytes: 2 * HEIGHT_BYTES + MAX_PATH_LENGTH * FIELD_BYTES,
  maxFrames: 1,
  rate: { burst: 60, perSecond: 20 },
  concurrent: { total: 64, perClient: 8 },
  questionMs: 5_000,
  answerMs: 10_000,
}
