import type { PeerName } from '../../src/bus/index.ts'

/** Who keeps which partition, as peers say of themselves: nobody needs to be believed, for all that one gives is verified. */
export interface PartitionPeers {
  /** Tells that this node keeps a partition. */
  provide(partition: number, signal?: AbortSignal): Promise<void>
  find(partition: number, signal?: AbortSignal): AsyncIterable<PeerName>
}
