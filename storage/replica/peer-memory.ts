import type { PeerName } from '../../src/bus/index.ts'

/** Peers remembered: beyond, those that were asked longest ago are forgotten. */
const MAX_PEERS = 4_096

interface Asked {
  /** Numbers of the events, rising; 0 where there was none. */
  readonly gaveAt: number
  readonly failedAt: number
}

/**
 * How peers have answered lately, and in which order to ask them therefore: no peer that did not answer stands before one
 * that did or was not asked yet, and those of one kind stand in an order by lot, so that nobody takes a place by being early
 * or many.
 */
export class PeerMemory {
  readonly #peers = new Map<PeerName, Asked>()
  readonly #random: () => number
  #events = 0

  /** @param random from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  gave(peer: PeerName): void {
    this.#note(peer, { gaveAt: ++this.#events, failedAt: 0 })
  }

  /** It could not be reached, answered too late, or gave what it should not. */
  failed(peer: PeerName): void {
    this.#note(peer, { gaveAt: this.#peers.get(peer)?.gaveAt ?? 0, failedAt: ++this.#events })
  }

  hasFailed(peer: PeerName): boolean {
    return (this.#peers.get(peer)?.failedAt ?? 0) > 0
  }

  /**
   * Those that say that they have what is wanted and all others, by turns, each kind in its order; at the end those that
   * failed when they were last asked, the ones longest ago first.
   */
  inOrder(offering: Iterable<PeerName>, others: Iterable<PeerName>): PeerName[] {
    const first = this.#shuffled(offering)
    const second = this.#shuffled(others).filter((peer) => !first.includes(peer))
    const good: PeerName[] = []
    for (let i = 0; i < Math.max(first.length, second.length); i++) {
      for (const peer of [first[i], second[i]]) if (peer !== undefined && !this.hasFailed(peer)) good.push(peer)
    }
    const failed = [...first, ...second].filter((peer) => this.hasFailed(peer))
    const failedAt = (peer: PeerName) => this.#peers.get(peer)?.failedAt ?? 0
    return [...good, ...failed.sort((a, b) => failedAt(a) - failedAt(b))]
  }

  /** By lot, those that gave before those that were never asked. */
  #shuffled(peers: Iterable<PeerName>): PeerName[] {
    const drawn = [...new Set(peers)].map((peer) => {
      return { peer, gave: (this.#peers.get(peer)?.gaveAt ?? 0) > 0, lot: this.#random() }
    })
    return drawn.sort((a, b) => Number(b.gave) - Number(a.gave) || a.lot - b.lot).map(({ peer }) => peer)
  }

  #note(peer: PeerName, asked: Asked): void {
    this.#peers.delete(peer)
    this.#peers.set(peer, asked)
    if (this.#peers.size > MAX_PEERS) this.#peers.delete(this.#peers.keys().next().value as string)
  }
}
