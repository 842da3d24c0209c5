import type { PeerName, PeerTransport } from '../../src/bus/index.ts'
import { delay, isInterrupt } from '../../src/lib/index.ts'
import { type Holdings, holdingsKind } from '../peers/holdings-kind.ts'

/** How long peers are waited for. */
const MEET_MS = 3_000

/** A peer and what it says of a partition. */
export interface Holder extends Holdings {
  readonly peer: PeerName
}

/** Peers that keep a partition, by their own word, and those that did not answer. */
export interface PartitionStatus {
  readonly holders: readonly Holder[]
  readonly silent: readonly PeerName[]
}

/** Asks all peers that are met within some seconds about a partition. */
export async function partitionStatus(
  transport: PeerTransport,
  partition: number,
  signal: AbortSignal,
): Promise<PartitionStatus> {
  const holders: Holder[] = []
  const silent: PeerName[] = []
  await Promise.all(
    transport.peers(holdingsKind).map(async (peer) => {
      const asked = await transport.ask(peer, holdingsKind, partition, { signal })
      const [said] = asked.ok ? asked.frames : []
      if (said !== undefined) holders.push({ peer, ...said })
      else if (!asked.ok && asked.reject !== 'refused') silent.push(peer)
    }),
  )
  return { holders: holders.sort((a, b) => (a.peer < b.peer ? -1 : 1)), silent }
}

/** Waits until so many holders are met, or for some seconds. */
export async function meetHolders(transport: PeerTransport, count: number, signal: AbortSignal): Promise<void> {
  const met = new AbortController()
  const look = () => {
    if (transport.peers(holdingsKind).length >= count) met.abort()
  }
  const off = transport.meet(holdingsKind, look)
  try {
    look()
    await delay(MEET_MS, AbortSignal.any([signal, met.signal]))
  } catch (error) {
    if (signal.aborted || !isInterrupt(error, met.signal)) throw error
  } finally {
    off()
  }
}
