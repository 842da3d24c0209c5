import type { NetworkParams } from '../bitcoin/index.ts'
import type { AnyGossipKind } from './gossip-rules.ts'
import type { HostLimits } from './limits.ts'
import type { PeerHost } from './peer-host.ts'
import type { ScoreLimits } from './scoreboard.ts'

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

/**
 * Composes the host of this process, not started yet. Throws E_P2P_ADDRESS or E_P2P_IDENTITY. libp2p is loaded here and not
 * before: it takes half a second, and most commands speak with nobody.
 */
export async function openPeerHost(options: PeerHostOptions): Promise<PeerHost> {
  const { composeHost } = await import('./compose-host.ts')
  return await composeHost(options)
}
