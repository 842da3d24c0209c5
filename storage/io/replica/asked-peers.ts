import type { PeerName } from '../../../src/bus/index.ts'

/** So many pieces that a peer lacks, while it gave none, let it be asked last. */
const LACKS = 3

interface AskedPeer {
  /** Place in the order that it was named in. */
  readonly place: number
  gave: number
  lacked: number
  /** Questions that it has not answered yet. */
  busy: number
  /** It did not answer for a while: nothing more is asked until it does. */
  isStuck: boolean
}

/** The peers of one try for one blob: whom to ask next, by how they answered in it. */
export class AskedPeers {
  readonly #peers = new Map<PeerName, AskedPeer>()
  readonly #dropped = new Set<PeerName>()

  /** Those that are not known yet come last. */
  add(peers: Iterable<PeerName>): void {
    for (const peer of peers) {
      if (this.#peers.has(peer) || this.#dropped.has(peer)) continue
      this.#peers.set(peer, { place: this.#peers.size, gave: 0, lacked: 0, busy: 0, isStuck: false })
    }
  }

  /** One that was not asked for this piece, and is not stuck; null where there is none left. It is busy from now on. */
  next(asked: ReadonlySet<PeerName>): PeerName | null {
    let best: { readonly peer: PeerName; readonly one: AskedPeer } | null = null
    for (const [peer, one] of this.#peers) {
      if (asked.has(peer) || one.isStuck) continue
      if (best === null || goesBefore(one, best.one)) best = { peer, one }
    }
    if (best === null) return null
    best.one.busy++
    return best.peer
  }

  isStuck(peer: PeerName): boolean {
    return this.#peers.get(peer)?.isStuck ?? false
  }

  stuck(peer: PeerName): void {
    const one = this.#peers.get(peer)
    if (one !== undefined) one.isStuck = true
  }

  /** It answered, or is waited for no longer. */
  done(peer: PeerName, how: 'gave' | 'lacked' | 'late'): void {
    const one = this.#peers.get(peer)
    if (one === undefined) return
    one.busy--
    if (how === 'late') return
    one.isStuck = false
    if (how === 'gave') one.gave++
    else one.lacked++
  }

  /** It is asked for nothing more in this try. */
  drop(peer: PeerName): void {
    this.#peers.delete(peer)
    this.#dropped.add(peer)
  }
}

/** Who gave before who did not yet, the least busy of them; who lacked all that it was asked for last. */
function goesBefore(a: AskedPeer, b: AskedPeer): boolean {
  const rank = ({ gave, lacked }: AskedPeer) => (gave > 0 ? 0 : lacked < LACKS ? 1 : 2)
  return (rank(a) - rank(b) || a.busy - b.busy || a.place - b.place) < 0
}
