import type { NetworkParams } from '../bitcoin/index.ts'
import type { AnyGossipKind } from './gossip-rules.ts'
import type { HostLimits } from './limits.ts'
import type { ScoreLimits } from './scoreboard.ts'

/** How a process takes part among its peers. */
export interface PeerHostOptions {
  readonly params: NetworkParams
  /** What its peers must have chosen besides the network; none where they are those of the network at large. */
  readonly chosen?: string | null | undefined
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
