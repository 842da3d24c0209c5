import type { PeerName } from './transport.ts'

export interface WaitingLimits {
  /** Proofs that wait: of all peers, of one. */
  readonly total: number
  readonly perPeer: number
}

/** A proof that waits to be verified, and the peers that gave it. */
interface Waiting<Item> {
  readonly item: Item
  readonly givers: Set<PeerName>
  dropped(): void
}

/**
 * Proofs that wait for a place among those that are verified, so many and no more. Peers take turns, so that whoever gives
 * many keeps nobody waiting; of one peer the newest comes first, as it says most, and the oldest goes where it gives too
 * many. What several peers gave waits once, and as long as one of them is to be heard.
 */
export class WaitingProofs<Item> {
  readonly #limits: WaitingLimits
  readonly #isBanned: (peer: PeerName) => boolean
  /** By the digest of the proof. */
  readonly #waiting = new Map<string, Waiting<Item>>()
  /** Digests of each peer, the oldest first; who had a turn goes behind all others. */
  readonly #turns = new Map<PeerName, Set<string>>()

  constructor(limits: WaitingLimits, isBanned: (peer: PeerName) => boolean) {
    this.#limits = limits
    this.#isBanned = isBanned
  }

  get size(): number {
    return this.#waiting.size
  }

  /**
   * `dropped` is called where the item is not to come out of `next` any more; at once where there is no room and this peer
   * has no less waiting than any other.
   */
  put(peer: PeerName, digest: string, item: Item, dropped: () => void): void {
    const own = this.#turns.get(peer) ?? new Set<string>()
    if (own.size >= this.#limits.perPeer) this.#leave(peer, first(own))
    if (this.#waiting.size >= this.#limits.total) this.#makeRoom(own.size)
    if (this.#waiting.size >= this.#limits.total) {
      dropped()
      return
    }
    this.#waiting.set(digest, { item, givers: new Set(), dropped })
    this.also(peer, digest)
  }

  /** That another peer gave what waits already; nothing where it does not. */
  also(peer: PeerName, digest: string): void {
    const waiting = this.#waiting.get(digest)
    if (waiting === undefined) return
    waiting.givers.add(peer)
    const own = this.#turns.get(peer) ?? new Set<string>()
    this.#turns.set(peer, own)
    own.add(digest)
    if (own.size > this.#limits.perPeer) this.#leave(peer, first(own))
  }

  /** What is to be verified next; undefined where nothing waits. What banned peers gave is dropped on the way. */
  next(): Item | undefined {
    for (const [peer, own] of [...this.#turns]) {
      if (this.#isBanned(peer)) {
        for (const digest of [...own]) this.#leave(peer, digest)
        continue
      }
      const digest = [...own].at(-1) as string
      const { item, givers } = this.#waiting.get(digest) as Waiting<Item>
      for (const giver of givers) this.#forget(giver, digest)
      this.#waiting.delete(digest)
      // Behind all others; nothing of it is left where that was its last.
      if (this.#turns.delete(peer) && own.size > 0) this.#turns.set(peer, own)
      return item
    }
    return undefined
  }

  /** Of whoever has most waiting, where that is more than `own`, or is banned. */
  #makeRoom(own: number): void {
    for (const [peer, digests] of [...this.#turns]) {
      if (this.#isBanned(peer)) for (const digest of [...digests]) this.#leave(peer, digest)
    }
    if (this.#waiting.size < this.#limits.total) return
    const [most] = [...this.#turns].sort(([, one], [, other]) => other.size - one.size)
    if (most !== undefined && most[1].size > own + 1) this.#leave(most[0], first(most[1]))
  }

  /** One peer no longer stands for it; it is dropped where no other does. */
  #leave(peer: PeerName, digest: string): void {
    this.#forget(peer, digest)
    const waiting = this.#waiting.get(digest)
    waiting?.givers.delete(peer)
    if (waiting?.givers.size !== 0) return
    this.#waiting.delete(digest)
    waiting.dropped()
  }

  #forget(peer: PeerName, digest: string): void {
    const own = this.#turns.get(peer)
    if (own?.delete(digest) === true && own.size === 0) this.#turns.delete(peer)
  }
}

function first(digests: ReadonlySet<string>): string {
  return digests.values().next().value as string
}
