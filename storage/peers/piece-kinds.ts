import type { Codec, RequestKind } from '../../src/bus/index.ts'
import { concatBytes, readUint32, rejection, uint32Bytes } from '../../src/lib/index.ts'
import { CHUNK_BYTES, UNIT_BYTES } from '../blob/shape.ts'
import { CHUNK_PATH_BYTES, UNIT_PATH_BYTES } from '../blob/tree.ts'
import type { GivenPiece } from '../reading/source.ts'

const ID_BYTES = 32

/** A unit or a chunk of a blob: which one is asked for. */
export interface PieceQuestion {
  /** Of the blob, 32 bytes. */
  readonly id: Uint8Array
  readonly index: number
}

/** The blob's id (32), the number in the blob (4, little-endian). */
const pieceQuestion: Codec<PieceQuestion> = {
  encode: ({ id, index }) => concatBytes(id, uint32Bytes(index)),
  decode: (bytes) =>
    bytes.length === ID_BYTES + 4
      ? { ok: true, value: { id: bytes.slice(0, ID_BYTES), index: readUint32(bytes, ID_BYTES) } }
      : rejection('malformed', `${bytes.length} bytes name no piece of a blob`),
}

/** The path, then the bytes, of exactly these lengths. */
function givenPiece(pathBytes: number, pieceBytes: number): Codec<GivenPiece> {
  return {
    encode: ({ path, bytes }) => concatBytes(path, bytes),
    decode: (bytes) =>
      bytes.length === pathBytes + pieceBytes
        ? { ok: true, value: { path: bytes.subarray(0, pathBytes), bytes: bytes.subarray(pathBytes) } }
        : rejection('malformed', `${bytes.length} bytes are no piece with its path`),
  }
}

/** One chunk of a blob with its path: `storage/chunk/1`. */
export const chunkKind: RequestKind<PieceQuestion, GivenPiece> = {
  name: 'storage/chunk/1',
  question: pieceQuestion,
  answer: givenPiece(CHUNK_PATH_BYTES, CHUNK_BYTES),
  maxQuestionBytes: ID_BYTES + 4,
  maxAnswerBytes: CHUNK_PATH_BYTES + CHUNK_BYTES,
  maxFrames: 1,
  rate: { burst: 400, perSecond: 200 },
  concurrent: { total: 64, perClient: 8 },
  questionMs: 5_000,
  answerMs: 30_000,
}

/** One unit of a blob with its path: `storage/unit/1`. */
export const unitKind: RequestKind<PieceQuestion, GivenPiece> = {
  name: 'storage/unit/1',
  question: pieceQuestion,
  answer: givenPiece(UNIT_PATH_BYTES, UNIT_BYTES),
  maxQuestionBytes: ID_BYTES + 4,
  maxAnswerBytes: UNIT_PATH_BYTES + UNIT_BYTES,
  maxFrames: 1,
  rate: { burst: 2_000, perSecond: 1_000 },
  concurrent: { total: 128, perClient: 16 },
  questionMs: 5_000,
  answerMs: 30_000,
}
