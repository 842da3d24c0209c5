import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { type KadDHT, kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { PeerName } from '../bus/index.ts'
import { BoundedDatastore } from './bounded-datastore.ts'
import { connectionGate } from './gate.ts'
import { type AnyGossipKind, gossipOptions } from './gossip-rules.ts'
import { identifyPeer } from './identifying.ts'
import { type HostLimits, NEGOTIATION_MS, STREAM_WINDOW, UPGRADE_MS } from './limits.ts'
import { topicId } from './protocol-names.ts'
import type { Scoreboard } from './scoreboard.ts'

export interface Libp2pComponents {
  readonly params: NetworkParams
  /** Before every protocol and topic (`protocolPrefix`). */
  readonly prefix: string
  readonly identity: PrivateKey
  readonly listen: readonly Multiaddr[]
  readonly announce: readonly Multiaddr[]
  /** Addresses that the operator gave. */
  readonly named: readonly Multiaddr[]
  readonly gossip: readonly AnyGossipKind[]
  readonly limits: HostLimits
  readonly scores: Scoreboard
}

export type OpenedLibp2p = Libp2p<{
  readonly identify: Identify
  readonly ping: Ping
  readonly dht: KadDHT
  readonly gossip: GossipSub
}>

/** libp2p as this project uses it, not started. Every default that is generous, or of IPFS's own network, is set here. */
export async function openLibp2p(components: Libp2pComponents): Promise<OpenedLibp2p> {
  const { params, prefix, identity, listen, announce, named, limits, scores } = components
  const publicOnly = isPublic(params)
  const topics = new Map(components.gossip.map((kind) => [topicId(prefix, kind.name), kind]))
  const streams = { maxInboundStreams: 4, maxOutboundStreams: 4 }
  const libp2p = await createLibp2p({
    start: false,
    privateKey: identity,
    addresses: { listen: listen.map(String), announce: announce.map(String) },
    transports: [tcp({ maxConnections: limits.connections }), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: limits.streamsPerConnection,
        streamOptions: { maxStreamWindowSize: STREAM_WINDOW, maxReadBufferLength: 2 * STREAM_WINDOW },
      }),
    ],
    connectionManager: {
      maxConnections: limits.connections,
      inboundConnectionThreshold: limits.newConnectionsPerSecond,
      maxIncomingPendingConnections: limits.pendingConnections,
      inboundUpgradeTimeout: UPGRADE_MS,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS,
    },
    connectionMonitor: { protocolPrefix: prefix },
    connectionGater: connectionGate({
      scores,
      publicOnly,
      named,
      connectionsPerAddress: limits.connectionsPerAddress,
    }),
    datastore: new BoundedDatastore(),
    // What peers are told of us is what they need.
    nodeInfo: { userAgent: 'wsc' },
    services: {
      identify: identify({ protocolPrefix: prefix, runOnConnectionOpen: false, ...streams }),
      ping: ping({ protocolPrefix: prefix, ...streams }),
      dht: kadDHT({
        protocol: `/${prefix}/kad/1`,
        clientMode: false,
        maxInboundStreams: 8,
        maxOutboundStreams: 16,
        peerInfoMapper: publicOnly ? removePrivateAddressesMapper : passthroughMapper,
      }),
      gossip: gossipsub(gossipOptions(topics, (peer: PeerName) => scores.score(peer))),
    },
  })
  libp2p.addEventListener('connection:open', ({ detail }) => void identifyPeer(libp2p.services.identify, detail))
  return libp2p
}

/** Networks whose peers are on the public internet; regtest's and those of custom networks are where their operator is. */
function isPublic(params: NetworkParams): boolean {
  return !params.custom && params.name !== 'regtest'
}
