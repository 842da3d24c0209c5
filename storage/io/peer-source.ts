import type { PeerName, PeerTransport } from '../../src/bus/index.ts'
import { hexToBytes, orAborted, throwIfAborted } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { CODING } from '../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../blob/verify.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'
import { chunkKind, unitKind } from '../peers/piece-kinds.ts'
import type { BlobSource, GivenPiece } from '../reading/source.ts'
import { PartitionFinder } from './partition-finder.ts'
import type { TableService } from './table-service.ts'

export interface PeerSourceComponents {
  readonly transport: PeerTransport
  readonly peers: PartitionPeers
  readonly table: Pick<TableService, 'table'>
  readonly kernel: StorageKernel
  readonly params: StorageParams
}

/** Providers among peers as one source: of blobs that count, whose contents the table tells. Liars are blamed. */
export class PeerSource implements BlobSource {
  readonly name = 'peers'
  readonly #components: PeerSourceComponents
  readonly #finder: PartitionFinder

  constructor(components: PeerSourceComponents) {
    this.#components = components
    this.#finder = new PartitionFinder(components.peers)
  }

  async content(id: string): Promise<BlobContent | null> {
    const entry = this.#components.table.table.blobs.entry(id)
    return entry && { root: hexToBytes(entry.root), length: entry.length, coding: CODING }
  }

  chunk(id: string, chunk: number, signal?: AbortSignal): Promise<GivenPiece | null> {
    return this.#piece(id, 'chunk', chunk, signal)
  }

  unit(id: string, unit: number, signal?: AbortSignal): Promise<GivenPiece | null> {
    return this.#piece(id, 'unit', unit, signal)
  }

  /** The first piece that holds; null where nobody gives one. */
  async #piece(
    id: string,
    what: 'chunk' | 'unit',
    index: number,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<GivenPiece | null> {
    const { transport, table, kernel, params } = this.#components
    const entry = table.table.blobs.entry(id)
    const content = await this.content(id)
    if (entry === null || content === null) return null
    const [kind, verify] = what === 'chunk' ? [chunkKind, verifyChunk] : [unitKind, verifyUnit]
    const partition = Math.floor(entry.first / partitionPositions(params))
    for await (const peer of this.#candidates(partition, index, signal)) {
      throwIfAborted(signal)
      const asked = await transport.ask(peer, kind, { id: hexToBytes(id), index }, { signal })
      const given = asked.ok ? asked.frames[0] : undefined
      if (given === undefined) continue
      const held = await verify(kernel, content, { index, ...given })
      if (held.ok) return given
      transport.blame(peer, 'lie', `${kind.name}: ${held.detail}`)
    }
    return null
  }

  /**
   * Those that are connected, each time beginning with another; then those that keep the partition by the DHT, which is
   * asked meanwhile and waited for only where nobody else has it.
   */
  async *#candidates(partition: number, turn: number, signal: AbortSignal): AsyncGenerator<PeerName, void> {
    const looking = this.#finder.find(partition)
    const asked = new Set<PeerName>()
    const connected = this.#components.transport.peers(chunkKind)
    const first = turn % Math.max(1, connected.length)
    for (const peer of [...connected.slice(first), ...connected.slice(0, first)]) {
      asked.add(peer)
      yield peer
    }
    for (const peer of await orAborted(looking, signal)) if (!asked.has(peer)) yield peer
  }
}
