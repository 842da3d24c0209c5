import type { PeerName } from '../bus/index.ts'

/** Which of the connected peers speak which protocols, and who is waiting for some that do. */
export class KnownPeers {
  readonly #protocols = new Map<PeerName, ReadonlySet<string>>()
  readonly #waiting = new Set<{ readonly protocol: string; met(peer: PeerName): void }>()

  /** What a peer says of itself; it may say so again. */
  identified(peer: PeerName, protocols: readonly string[]): void {
    const before = this.#protocols.get(peer)
    const now = new Set(protocols)
    this.#protocols.set(peer, now)
    for (const { protocol, met } of [...this.#waiting]) if (now.has(protocol) && !before?.has(protocol)) met(peer)
  }

  left(peer: PeerName): void {
    this.#protocols.delete(peer)
  }

  speaking(protocol: string): PeerName[] {
    return [...this.#protocols].flatMap(([peer, protocols]) => (protocols.has(protocol) ? [peer] : []))
  }

  /** Null where a peer has not said yet what it speaks. */
  speaks(peer: PeerName, protocol: string): boolean | null {
    return this.#protocols.get(peer)?.has(protocol) ?? null
  }

  meet(protocol: string, met: (peer: PeerName) => void): () => void {
    const waiting = { protocol, met }
    this.#waiting.add(waiting)
    return () => {
      this.#waiting.delete(waiting)
    }
  }
}
