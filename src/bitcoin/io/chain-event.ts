import type { BlockHash } from '../hash.ts'
import type { BitcoindError, OutageState } from './errors.ts'
import type { PlacedHeader } from './headers.ts'

/** One tick of Bitcoin's clock: a block joins the active chain. */
export interface Tick extends PlacedHeader {
  /** How many blocks left the chain right before this one joined: 0 where it merely grew. */
  readonly reorg: number
}

/**
 * What happens to the chain, in order. `connected` and `disconnected` alone describe it completely: each connected
 * block follows the one the events before it ended in, each disconnected block is that one.
 */
export type BlockEvent =
  | ({ readonly type: 'connected' } & Tick)
  | ({ readonly type: 'disconnected' } & PlacedHeader)
  /** Everything the node has is told; the feed waits for news. Told again after an outage. */
  | { readonly type: 'tip'; readonly height: number; readonly hash: BlockHash }
  /** The node gives no answer of use for now; told once, with what is the matter, and the feed keeps trying. */
  | ({ readonly type: 'unreachable' } & Outage)
  /** It answers again, and is still on the right network. */
  | { readonly type: 'recovered' }

/** Why a node is of no use for now, and the failure that shows it. */
export interface Outage {
  readonly state: OutageState
  readonly error: BitcoindError
}

/** From where a subscriber is told. */
export interface SubscribeOptions {
  /** Last block the subscriber has; events continue after it. Without it they begin with the genesis block. */
  readonly from?: { readonly height: number; readonly hash: BlockHash } | undefined
  /**
   * A low block that all of the subscriber's rest on, such as its first: by it a node whose chain was begun anew
   * (E_NODE_RESET) is told from one that merely has not caught up (E_NODE_BEHIND).
   */
  readonly base?: { readonly height: number; readonly hash: BlockHash } | undefined
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}
