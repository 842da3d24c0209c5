import type { PeerName, RequestKind } from './transport.ts'

/** The addresses at which peers are wanted, and who is met there. */
export interface WantedAddresses {
  readonly count: number
  /**
   * Calls `met` with the peer at each; null where nobody can be reached, or nobody is who answers this kind.
   * What comes back ends that.
   */
  watch<Question, Answer>(
    kind: RequestKind<Question, Answer>,
    met: (address: string, peer: PeerName | null) => void,
  ): () => void
}

/**
 * Whom there is to wait for: the peers that a user named by address. What strangers do, who came by themselves, ends no
 * waiting: whoever likes could end it. Where nobody was named nobody is a stranger, and who may come is not known.
 */
export class WantedPeers {
  readonly #count: number
  readonly #at = new Map<string, PeerName | null>()
  readonly #heard = new Set<PeerName>()

  constructor({ count }: WantedAddresses) {
    this.#count = count
  }

  met(address: string, peer: PeerName | null): void {
    this.#at.set(address, peer)
  }

  /** A peer has given all that it is to give. */
  heard(peer: PeerName): void {
    this.#heard.add(peer)
  }

  has(peer: PeerName): boolean {
    return this.#count === 0 || [...this.#at.values()].includes(peer)
  }

  /** Whether each was heard or cannot be reached. */
  get areHeard(): boolean {
    if (this.#count === 0 || this.#at.size < this.#count) return false
    return [...this.#at.values()].every((peer) => peer === null || this.#heard.has(peer))
  }
}
