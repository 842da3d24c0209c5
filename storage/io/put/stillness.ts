import type { PeerName } from '../../../src/bus/index.ts'

/** What one says that it has of all that it is to fetch. */
export interface Fetched {
  chunks: number
  /** Some is lacking. */
  isBehind: boolean
}

/** Tells who is fetching and gets no further, by what it says that it has of all that it is to fetch. */
export class Stillness {
  readonly #patience: number
  readonly #peers = new Map<PeerName, { readonly chunks: number; readonly looks: number }>()

  /** @param patience looks in a row in which one may have no more than before */
  constructor(patience: number) {
    this.#patience = patience
  }

  look(fetched: ReadonlyMap<PeerName, Fetched>): void {
    for (const [peer, { chunks, isBehind }] of fetched) {
      const before = this.#peers.get(peer)
      if (!isBehind) this.#peers.delete(peer)
      else if (before === undefined || chunks > before.chunks) this.#peers.set(peer, { chunks, looks: 0 })
      else this.#peers.set(peer, { chunks: before.chunks, looks: before.looks + 1 })
    }
  }

  isStill(peer: PeerName): boolean {
    return (this.#peers.get(peer)?.looks ?? 0) > this.#patience
  }
}
