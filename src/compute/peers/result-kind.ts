import { sha256 } from '@noble/hashes/sha2.js'
import { type BlockHash, blockHash } from '../../bitcoin/index.ts'
import type { Codec, GossipKind, RequestKind } from '../../bus/index.ts'
import { bytesToHex, concatBytes, hexToBytes, readUint32, rejection, uint32Bytes } from '../../lib/index.ts'
import {
  decodeResultMessage,
  encodeResultMessage,
  MAX_RESULT_MESSAGE_BYTES,
  type ResultMessage,
} from './result-message.ts'

const aResult: Codec<ResultMessage> = { encode: encodeResultMessage, decode: decodeResultMessage }

/**
 * Gossip of the results of one program: `compute/result/1/` and the first 16 digits of the program's id. Who does not have the program
 * can judge nothing of it, and takes no part.
 *
 * gossipsub names a message by its bytes and not by the result's identity: it drops whatever has a name that it has seen, so that
 * a proof that does not hold, or holds nobody's attention yet, would keep the right one from being heard. That of one identity
 * one message is passed on, whatever bytes it has, whoever judges sees to.
 *
 * @param program 64 hex digits
 */
export function resultGossip(program: string): GossipKind<ResultMessage> {
  return {
    name: `compute/result/1/${program.slice(0, 16)}`,
    message: aResult,
    maxBytes: MAX_RESULT_MESSAGE_BYTES,
    rate: { burst: 64, perSecond: 1 },
    id: (message) => sha256(message),
  }
}

/** Which result is asked for: of a program, at a block. */
export interface HeldQuestion {
  /** 64 hex digits. */
  readonly program: string
  readonly height: number
  readonly blockHash: BlockHash
}

const QUESTION_BYTES = 32 + 4 + 32

/** Program (32), height (4, little-endian), block hash (32, internal order). */
const heldQuestion: Codec<HeldQuestion> = {
  encode: ({ program, height, blockHash }) => concatBytes(hexToBytes(program), uint32Bytes(height), blockHash),
  decode: (bytes) =>
    bytes.length === QUESTION_BYTES
      ? {
          ok: true,
          value: {
            program: bytesToHex(bytes.subarray(0, 32)),
            height: readUint32(bytes, 32),
            blockHash: blockHash(bytes.slice(36)),
          },
        }
      : rejection('malformed', `${bytes.length} bytes ask for no result`),
}

/** "Do you have a result of this program at this block?": `compute/held/1`. Asked before anybody proves one. */
export const heldKind: RequestKind<HeldQuestion, ResultMessage> = {
  name: 'compute/held/1',
  question: heldQuestion,
  answer: aResult,
  maxQuestionBytes: QUESTION_BYTES,
  maxAnswerBytes: MAX_RESULT_MESSAGE_BYTES,
  maxFrames: 1,
  rate: { burst: 256, perSecond: 4 },
  concurrent: { total: 32, perClient: 4 },
  questionMs: 5_000,
  answerMs: 10_000,
}
