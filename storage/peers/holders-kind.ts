import type { Codec, RequestKind } from '../../src/bus/index.ts'
import { concatBytes, readUint32, rejection, uint32Bytes, utf8 } from '../../src/lib/index.ts'
import type { SeenHolder } from '../replica/holder-log.ts'
import { aPartition } from './holdings-kind.ts'

const MAX_NAME_BYTES = 128
/** As names of peers are written (base58, or base32 of a CID): nothing that a terminal would obey. */
const NAME = /^[1-9A-Za-z]{1,128}$/

/** A height (4, little-endian), then the peer's name to the end. */
const seenHolder: Codec<SeenHolder> = {
  encode: ({ peer, height }) => concatBytes(uint32Bytes(height), new TextEncoder().encode(peer)),
  decode(bytes) {
    const peer = utf8(bytes.subarray(4))
    if (bytes.length < 5 || peer === null || !NAME.test(peer)) return rejection('malformed', 'no name of a peer')
    return { ok: true, value: { peer, height: readUint32(bytes, 0) } }
  },
}

/**
 * Peers that a provider saw to keep a partition, each with the height at which it last answered, in a frame of its own:
 * `storage/holders/1`. It is the provider's word: whom it names can be asked, and who does not answer was perhaps never there.
 */
export const holdersKind: RequestKind<number, SeenHolder> = {
  name: 'storage/holders/1',
  question: aPartition,
  answer: seenHolder,
  maxQuestionBytes: 4,
  maxAnswerBytes: 4 + MAX_NAME_BYTES,
  maxFrames: 64,
  rate: { burst: 60, perSecond: 10 },
  concurrent: { total: 32, perClient: 4 },
  questionMs: 5_000,
  answerMs: 10_000,
}
