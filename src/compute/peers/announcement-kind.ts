import { sha256 } from '@noble/hashes/sha2.js'
import type { Codec, GossipKind, RequestKind } from '../../bus/index.ts'
import { rejection } from '../../lib/index.ts'
import {
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
  MAX_ANNOUNCEMENT_BYTES,
} from '../scheduling/announcement.ts'

const anAnnouncement: Codec<Announcement> = { encode: encodeAnnouncement, decode: decodeAnnouncement }

/** Gossip of which programs each peer serves: `compute/serves/1`. A peer says so at every block, and once it is there. */
export const announcementGossip: GossipKind<Announcement> = {
  name: 'compute/serves/1',
  message: anAnnouncement,
  maxBytes: MAX_ANNOUNCEMENT_BYTES,
  rate: { burst: 512, perSecond: 8 },
  id: (message) => sha256(message),
}

const nothing: Codec<null> = {
  encode: () => new Uint8Array(),
  decode: (bytes) =>
    bytes.length === 0 ? { ok: true, value: null } : rejection('malformed', `${bytes.length} bytes ask for nothing`),
}

/** Announcements that one answer holds. */
export const MOST_TOLD = 64

/** "What do you know of who serves what": `compute/serving/1`, for who came after it was said. */
export const servingKind: RequestKind<null, Announcement> = {
  name: 'compute/serving/1',
  question: nothing,
  answer: anAnnouncement,
  maxQuestionBytes: 0,
  maxAnswerBytes: MAX_ANNOUNCEMENT_BYTES,
  maxFrames: MOST_TOLD,
  rate: { burst: 10, perSecond: 0.2 },
  concurrent: { total: 32, perClient: 2 },
  questionMs: 5_000,
  answerMs: 10_000,
}
