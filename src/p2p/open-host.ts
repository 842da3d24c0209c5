import type { NetworkParams } from '../bitcoin/index.ts'
import { parseAddresses } from './addresses.ts'
import type { AnyGossipKind } from './gossip-rules.ts'
import { loadIdentity, newIdentity } from './identity.ts'
import { HOST_LIMITS, type HostLimits } from './limits.ts'
import { openLibp2p } from './open-libp2p.ts'
import { PeerHost } from './peer-host.ts'
import { Scoreboard, type ScoreLimits } from './scoreboard.ts'

export interface PeerHostOptions {
  readonly params: NetworkParams
  /** The file that the host's identity is kept in; undefined for an identity of this once. */
  readonly identityFile?: string | undefined
  /** Multiaddrs: where to listen, nowhere unless given. */
  readonly listen?: readonly string[] | undefined
  /** What to tell peers of where it is to be reached, instead of where it listens. */
  readonly announce?: readonly string[] | undefined
  /** Peers to begin with. */
  readonly bootstrap?: readonly string[] | undefined
  /** All kinds of gossip that will be joined; messages of others are not even decoded. */
  readonly gossip: readonly AnyGossipKind[]
  readonly limits?: Partial<HostLimits> | undefined
  readonly scores?: ScoreLimits | undefined
  /** Milliseconds, of a clock that never goes back. */
  readonly clock?: (() => number) | undefined
}

/** Composes the host of this process, not started yet. Throws E_P2P_ADDRESS or E_P2P_IDENTITY. */
export async function openPeerHost(options: PeerHostOptions): Promise<PeerHost> {
  const { params, identityFile, gossip, clock = () => performance.now() } = options
  const listen = parseAddresses(options.listen ?? [])
  const announce = parseAddresses(options.announce ?? [])
  const bootstrap = parseAddresses(options.bootstrap ?? [])
  const limits = { ...HOST_LIMITS, ...options.limits }
  const scores = new Scoreboard(clock, options.scores)
  const identity = identityFile === undefined ? await newIdentity() : await loadIdentity(identityFile)
  const libp2p = await openLibp2p({ params, identity, listen, announce, named: bootstrap, gossip, limits, scores })
  return new PeerHost({ params, libp2p, scores, bootstrap, streamsPerConnection: limits.streamsPerConnection, clock })
}
