import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import { chunkKind } from '../../peers/piece-kinds.ts'
import type { PeerMemory } from '../../replica/peer-memory.ts'
import { findPeers } from '../find-peers.ts'

/** Blobs whose offers are remembered, beyond which the first are forgotten; and peers of each. */
const MAX_OFFERED = 4_096
const MAX_OFFERERS = 32
/** Peers of a partition that are looked for, and how long. */
const FIND = { most: 64, ms: 5_000 }
const FOUND_FOR_MS = 30_000

export interface SourcesComponents {
  readonly transport: PeerTransport
  readonly peers: PartitionPeers
  readonly memory: PeerMemory
  /** Milliseconds, of a clock that never goes back. */
  readonly clock: () => number
}

/** Whom to ask for the pieces of a blob. */
export class Sources {
  readonly #transport: PeerTransport
  readonly #peers: PartitionPeers
  readonly #memory: PeerMemory
  readonly #clock: () => number
  readonly #offers = new Map<string, Set<PeerName>>()
  readonly #found = new Map<number, { readonly at: number; readonly peers: readonly PeerName[] }>()

  constructor({ transport, peers, memory, clock }: SourcesComponents) {
    this.#transport = transport
    this.#peers = peers
    this.#memory = memory
    this.#clock = clock
  }

  /** A peer says that it has this blob. Where many do, it takes the place of one that was asked in vain. */
  offered(id: string, peer: PeerName): void {
    const offerers = this.#offers.get(id) ?? new Set()
    this.#offers.delete(id)
    this.#offers.set(id, offerers)
    if (this.#offers.size > MAX_OFFERED) this.#offers.delete(this.#offers.keys().next().value as string)
    if (offerers.size >= MAX_OFFERERS && !offerers.has(peer)) {
      const vain = [...offerers].find((other) => this.#memory.hasFailed(other))
      if (vain === undefined) return
      offerers.delete(vain)
    }
    offerers.add(peer)
  }

  /** All that offered it and all that are connected, in the order in which to ask them. */
  at(id: string): PeerName[] {
    return this.#memory.inOrder(this.#offers.get(id) ?? [], this.#transport.peers(chunkKind))
  }

  /** Those that say in the DHT that they keep the partition; looked for again only after a while. */
  async found(partition: number, signal: AbortSignal): Promise<PeerName[]> {
    const last = this.#found.get(partition)
    if (last !== undefined && this.#clock() - last.at < FOUND_FOR_MS) return this.#memory.inOrder([], last.peers)
    const peers = await findPeers(this.#peers, partition, FIND, signal)
    this.#found.set(partition, { at: this.#clock(), peers })
    return this.#memory.inOrder([], peers)
  }
}
