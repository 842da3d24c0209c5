import type { PeerName } from '../../src/bus/index.ts'
import { asError, Deadline, isInterrupt } from '../../src/lib/index.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'

/** How many peers are looked for, and how long at most. */
export interface FindLimits {
  readonly most: number
  readonly ms: number
}

/**
 * Peers that say in the DHT that they keep a partition; where looking takes too long, or fails, which `failed` hears of, those
 * that were found until then.
 */
export async function findPeers(
  peers: PartitionPeers,
  partition: number,
  { most, ms }: FindLimits,
  signal: AbortSignal,
  failed?: (error: Error) => void,
): Promise<PeerName[]> {
  const late = new Deadline(ms)
  const found: PeerName[] = []
  try {
    for await (const peer of peers.find(partition, AbortSignal.any([signal, late.signal]))) {
      if (found.push(peer) >= most) break
    }
  } catch (error) {
    if (signal.aborted && isInterrupt(error, signal)) throw error
    if (!late.isOver) failed?.(asError(error))
  } finally {
    late.clear()
  }
  return found
}
