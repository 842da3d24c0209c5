import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { isInterrupt } from '../../../src/lib/index.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import { chunkKind } from '../../peers/piece-kinds.ts'

/** Blobs whose offers are remembered, and peers of each: beyond, the first are forgotten. */
const MAX_OFFERED = 4_096
const MAX_OFFERERS = 8
/** Peers that are asked for one blob, and how long others are looked for. */
const MAX_SOURCES = 24
const FIND_MS = 5_000

/** Whom to ask for the pieces of a blob. */
export class Sources {
  readonly #transport: PeerTransport
  readonly #peers: PartitionPeers
  readonly #offers = new Map<string, Set<PeerName>>()

  constructor(transport: PeerTransport, peers: PartitionPeers) {
    this.#transport = transport
    this.#peers = peers
  }

  /** A peer says that it has this blob. */
  offered(id: string, peer: PeerName): void {
    const offerers = this.#offers.get(id) ?? new Set()
    this.#offers.delete(id)
    if (offerers.size < MAX_OFFERERS) offerers.add(peer)
    this.#offers.set(id, offerers)
    if (this.#offers.size > MAX_OFFERED) this.#offers.delete(this.#offers.keys().next().value as string)
  }

  /** Those that offered it first, then those that are connected, then those that say that they keep the partition. */
  async of(id: string, partition: number, signal: AbortSignal): Promise<PeerName[]> {
    const found = new Set([...(this.#offers.get(id) ?? []), ...this.#transport.peers(chunkKind)])
    if (found.size < MAX_SOURCES) for (const peer of await this.#find(partition, signal)) found.add(peer)
    return [...found].slice(0, MAX_SOURCES)
  }

  async #find(partition: number, signal: AbortSignal): Promise<PeerName[]> {
    const late = AbortSignal.any([signal, AbortSignal.timeout(FIND_MS)])
    const found: PeerName[] = []
    try {
      for await (const peer of this.#peers.find(partition, late)) {
        if (found.push(peer) >= MAX_SOURCES) break
      }
    } catch (error) {
      // Where looking fails or takes too long, those that are found are enough.
      if (signal.aborted && isInterrupt(error, signal)) throw error
    }
    return found
  }
}
