import type { PeerName } from '../bus/index.ts'
import type { Events } from '../lib/index.ts'
import type { PeerHostEvents } from './peer-host-events.ts'

/**
 * Tells who is at the addresses that a host begins with, null where nobody is who will be asked; what comes back ends that.
 * One that speaks what is wanted is asked as soon as that is known: its answer counts, though it leaves before.
 */
export function watchWanted(
  events: Events<Pick<PeerHostEvents, 'reached' | 'unreachable' | 'identified' | 'disconnected'>>,
  speaks: (peer: PeerName) => boolean | null,
  met: (address: string, peer: PeerName | null) => void,
): () => void {
  const at = new Map<string, PeerName>()
  const asked = new Set<PeerName>()
  const look = (peer: PeerName) => {
    if (speaks(peer) === true) asked.add(peer)
    return speaks(peer) !== false || asked.has(peer)
  }
  const useless = (peer: PeerName) => {
    for (const [address, one] of at) if (one === peer) met(address, null)
  }
  const offs = [
    events.on('reached', ({ address, peer }) => {
      at.set(address, peer)
      met(address, look(peer) ? peer : null)
    }),
    events.on('unreachable', ({ address }) => met(address, null)),
    events.on('identified', ({ peer }) => {
      if (!look(peer)) useless(peer)
    }),
    events.on('disconnected', ({ peer }) => {
      if (!asked.has(peer)) useless(peer)
    }),
  ]
  return () => {
    for (const off of offs) off()
  }
}
