import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { FairQuota } from '../../../src/lib/index.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import { chunkKind } from '../../peers/piece-kinds.ts'
import type { PeerMemory } from '../../replica/peer-memory.ts'
import { findPeers } from '../find-peers.ts'

/** Offers that are remembered, and peers of one blob. */
const OFFERS = { total: 65_536, perOwner: 4_096 }
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
  readonly #quota = new FairQuota(OFFERS)
  readonly #found = new Map<number, { readonly at: number; readonly peers: readonly PeerName[] }>()

  constructor({ transport, peers, memory, clock }: SourcesComponents) {
    this.#transport = transport
    this.#peers = peers
    this.#memory = memory
    this.#clock = clock
  }

  /**
   * A peer says that it has this blob; whether that is news. Where many do, it takes the place of one that was asked in vain.
   * Where there is no room, whoever has offered most loses his first offers: a flood pushes out its own.
   */
  offered(id: string, peer: PeerName): boolean {
    const offerers = this.#offers.get(id) ?? new Set()
    const isNew = !offerers.has(peer)
    if (isNew && offerers.size >= MAX_OFFERERS) {
      const vain = [...offerers].find((other) => this.#memory.hasFailed(other))
      if (vain === undefined) return false
      this.#forget(id, vain)
      this.#quota.remove(vain, `${id} ${vain}`)
    }
    offerers.add(peer)
    this.#offers.set(id, offerers)
    const gone = this.#quota.add(peer, `${id} ${peer}`)
    if (gone !== null) this.#forget(...(gone.split(' ') as [string, PeerName]))
    return isNew
  }

  #forget(id: string, peer: PeerName): void {
    const offerers = this.#offers.get(id)
    offerers?.delete(peer)
    if (offerers?.size === 0) this.#offers.delete(id)
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
