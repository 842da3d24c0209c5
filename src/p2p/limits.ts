/** What a host bears of all peers and of one. */
export interface HostLimits {
  readonly connections: number
  /** From one address; of IPv6 the first 64 bits. */
  readonly connectionsPerAddress: number
  /** New ones from one address, a second. */
  readonly newConnectionsPerSecond: number
  /** That are not encrypted yet. */
  readonly pendingConnections: number
  /** Of one connection, of all protocols together. */
  readonly streamsPerConnection: number
}

export const HOST_LIMITS: HostLimits = {
  connections: 256,
  connectionsPerAddress: 16,
  newConnectionsPerSecond: 16,
  pendingConnections: 32,
  streamsPerConnection: 64,
}

/** Of one stream what was sent and not read yet: yamux's least window. No peer makes us keep more. */
export const STREAM_WINDOW = 262_144

/** Milliseconds until a stream that was opened says for which protocol. */
export const NEGOTIATION_MS = 5_000

/** Milliseconds until a new connection is encrypted. */
export const UPGRADE_MS = 10_000

/** Longest message of gossip's own protocol: one message of ours and what goes with it. */
export const MAX_GOSSIP_RPC_BYTES = 262_144

/**
 * What a peer's topics may take: one of each of 256 programs that it serves, and those of other kinds. gossipsub counts a name and 1,024
 * bytes for each, and leaves out what is beyond, so that a peer would not hear of those programs, and nobody would say so.
 */
export const TOPIC_BYTES_PER_PEER = 320 * 1_280

/**
 * What one such message may hold, instead of the thousands that the library allows; a heartbeat of a peer in some hundred topics, one
 * of each program that it serves, has a few of each topic.
 */
export const GOSSIP_DECODE_LIMITS = {
  maxSubscriptions: 512,
  maxMessages: 32,
  maxIhaveMessageIDs: 256,
  maxIwantMessageIDs: 256,
  maxIdontwantMessageIDs: 256,
  maxControlMessages: 512,
  maxPeerInfos: 16,
} as const
