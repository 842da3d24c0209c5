import type { PeerName, PeerTransport } from '../../src/bus/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { CODING } from '../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../blob/verify.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'
import { chunkKind, unitKind } from '../peers/piece-kinds.ts'
import type { BlobSource, GivenPiece } from '../reading/source.ts'
import { PeerMemory } from '../replica/peer-memory.ts'
import { Sources } from './replica/sources.ts'
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
  readonly #memory = new PeerMemory(Math.random)
  readonly #sources: Sources

  constructor(components: PeerSourceComponents) {
    this.#components = components
    const { transport, peers } = components
    this.#sources = new Sources({ transport, peers, memory: this.#memory, clock: () => performance.now() })
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
    const asked = new Set<PeerName>()
    const ask = async (peers: readonly PeerName[]): Promise<GivenPiece | null> => {
      for (const peer of peers) {
        if (asked.has(peer)) continue
        asked.add(peer)
        const answer = await transport.ask(peer, kind, { id: hexToBytes(id), index }, { signal })
        const given = answer.ok ? answer.frames[0] : undefined
        if (given === undefined) {
          if (!answer.ok && answer.reject !== 'refused') this.#memory.failed(peer)
          continue
        }
        const held = await verify(kernel, content, { index, ...given })
        if (held.ok) {
          this.#memory.gave(peer)
          return given
        }
        this.#memory.failed(peer)
        transport.blame(peer, 'lie', `${kind.name}: ${held.detail}`)
      }
      return null
    }
    return (await ask(this.#sources.at(id))) ?? (await ask(await this.#sources.found(partition, signal)))
  }
}
