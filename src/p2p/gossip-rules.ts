import { type GossipsubOpts, StrictNoSign, type UnsignedMessage } from '@libp2p/gossipsub'
import { sha256 } from '@noble/hashes/sha2.js'
import type { GossipKind, PeerName } from '../bus/index.ts'
import { GOSSIP_DECODE_LIMITS, MAX_GOSSIP_RPC_BYTES, TOPIC_BYTES_PER_PEER } from './limits.ts'

/** Any kind, seen without its values. */
export type AnyGossipKind = Pick<GossipKind<never>, 'name' | 'maxBytes' | 'rate' | 'id'>

/**
 * How gossipsub is used here. Messages carry no author: what one says is judged by what it is, by every peer before it
 * passes it on. `score`: what else a peer did wrong, 0 or less.
 */
export function gossipOptions(
  topics: ReadonlyMap<string, AnyGossipKind>,
  score: (peer: PeerName) => number,
): Partial<GossipsubOpts> {
  return {
    globalSignaturePolicy: StrictNoSign,
    fallbackToFloodsub: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    doPX: false,
    emitSelf: false,
    allowedTopics: [...topics.keys()],
    msgIdFn: (message) => messageId(message as UnsignedMessage, topics),
    maxInboundDataLength: MAX_GOSSIP_RPC_BYTES,
    maxOutboundBufferSize: 4 * MAX_GOSSIP_RPC_BYTES,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxTopicBytesPerPeer: TOPIC_BYTES_PER_PEER,
    decodeRpcLimits: GOSSIP_DECODE_LIMITS,
    scoreParams: {
      topics: Object.fromEntries([...topics.keys()].map((topic) => [topic, TOPIC_SCORE])),
      appSpecificScore: score,
      appSpecificWeight: 1,
      // Several hosts of one operator, or of a test, share an address; connections from one are bounded elsewhere.
      IPColocationFactorWeight: 0,
    },
    // Below these a peer gets no gossip, none of our messages, no hearing. Its score reaches -100 with the ban.
    scoreThresholds: { gossipThreshold: -20, publishThreshold: -50, graylistThreshold: -80 },
  }
}

/** By topic too: equal bytes of two kinds are two messages. */
function messageId({ topic, data }: UnsignedMessage, topics: ReadonlyMap<string, AnyGossipKind>): Uint8Array {
  const id = topics.get(topic)?.id(data) ?? data
  return sha256(new Uint8Array([...new TextEncoder().encode(topic), 0, ...id])).subarray(0, 20)
}

/**
 * What a peer is worth in a topic: messages are few, so that none is punished for bringing none; each that was rejected
 * costs 10 times its square.
 */
const TOPIC_SCORE = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 600,
  firstMessageDeliveriesWeight: 1,
  firstMessageDeliveriesDecay: 0.99,
  firstMessageDeliveriesCap: 10,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 5000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.99,
} as const
