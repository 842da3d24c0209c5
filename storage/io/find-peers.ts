import type { PeerName } from '../../src/bus/index.ts'
import { isInterrupt } from '../../src/lib/index.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'

/** How many peers are looked for, and how long at most. */
export interface FindLimits {
  readonly most: number
  readonly ms: number
}

/** Peers that say in the DHT that they keep a partition; where looking fails or takes too long, those that are found. */
export async function findPeers(
  peers: PartitionPeers,
  partition: number,
  { most, ms }: FindLimits,
  signal: AbortSignal,
): Promise<PeerName[]> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(ms)])
  const found: PeerName[] = []
  try {
    for await (const peer of peers.find(partition, late)) {
      if (found.push(peer) >= most) break
    }
  } catch (error) {
    if (signal.aborted && isInterrupt(error, signal)) throw error
  }
  return found
}
