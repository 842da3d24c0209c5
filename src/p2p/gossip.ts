import { type GossipSub, type Message, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import type { Fault, Gossip, GossipJudge, GossipKind, GossipVerdict, PeerName } from '../bus/index.ts'
import { asError, RateLimiter } from '../lib/index.ts'
import { topicId } from './protocol-names.ts'

export interface GossipComponents {
  /** Before its topic (`protocolPrefix`). */
  readonly prefix: string
  readonly pubsub: GossipSub
  readonly clock: () => number
  blame(peer: PeerName, fault: Fault, detail: string): void
  /** A message that could not be judged by our own doing. */
  failed(error: Error): void
}

const RESULT: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

/** Takes part in one kind of gossip: nothing is passed on that was not judged here. */
export function joinGossip<Value>(
  kind: GossipKind<Value>,
  judge: GossipJudge<Value>,
  { prefix, pubsub, clock, blame, failed }: GossipComponents,
): Gossip<Value> {
  const topic = topicId(prefix, kind.name)
  const rate = new RateLimiter(kind.rate, clock)
  const wrong = (peer: PeerName, fault: Fault, detail: string): GossipVerdict => {
    blame(peer, fault, `gossip ${kind.name}: ${detail}`)
    return 'reject'
  }
  const verdict = async (peer: PeerName, data: Uint8Array): Promise<GossipVerdict> => {
    if (data.length > kind.maxBytes) return wrong(peer, 'oversized', `${data.length} bytes`)
    if (rate.take(peer) > 0) {
      // It is seen, and no longer heard from others: whoever spends its rate to be the first to give a message keeps it from being
      // judged here, and is blamed each time.
      blame(peer, 'flood', `gossip ${kind.name}: too many messages`)
      return 'ignore'
    }
    const decoded = kind.message.decode(data)
    if (!decoded.ok) return wrong(peer, 'malformed', decoded.detail)
    return await judge(decoded.value, peer)
  }
  pubsub.topicValidators.set(topic, async (peer: PeerId, { data }: Message) => {
    try {
      return RESULT[await verdict(peer.toString(), data)]
    } catch (error) {
      failed(asError(error))
      return TopicValidatorResult.Ignore
    }
  })
  pubsub.subscribe(topic)
  return {
    async publish(value) {
      await pubsub.publish(topic, kind.message.encode(value))
    },
    listeners: () => pubsub.getSubscribers(topic).map(String),
    leave() {
      pubsub.unsubscribe(topic)
      pubsub.topicValidators.delete(topic)
    },
  }
}
