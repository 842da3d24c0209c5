import type { PeerName, PeerTransport } from '../../src/bus/index.ts'
import { Deadline, hexToBytes } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { CODING } from '../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../blob/verify.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'
import { chunkKind, unitKind } from '../peers/piece-kinds.ts'
import { firstGiven } from '../reading/first-given.ts'
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

/** After so long without an answer another peer is asked as well, and so many are waited for at the same time. */
const OTHER_MS = 1_000
const AT_ONCE = 4

/**
 * Providers among peers as one source: of blobs that count, whose contents the table tells. Liars are blamed; one that does
 * not answer holds up nobody.
 */
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
    const { table, params } = this.#components
    const entry = table.table.blobs.entry(id)
    const content = await this.content(id)
    if (entry === null || content === null) return null
    const partition = Math.floor(entry.first / partitionPositions(params))
    const ask = (peer: PeerName, within: AbortSignal) => this.#ask(peer, content, { id, what, index }, within)
    return await firstGiven(this.#peers(id, partition, signal), ask, { patienceMs: OTHER_MS, atOnce: AT_ONCE, signal })
  }

  /** Each once: those that are connected, then those that the DHT names. */
  async *#peers(id: string, partition: number, signal: AbortSignal): AsyncGenerator<PeerName, void> {
    const connected = this.#sources.at(id)
    yield* connected
    const found = await this.#sources.found(partition, signal)
    yield* found.filter((peer) => !connected.includes(peer))
  }

  async #ask(
    peer: PeerName,
    content: BlobContent,
    { id, what, index }: { readonly id: string; readonly what: 'chunk' | 'unit'; readonly index: number },
    signal: AbortSignal,
  ): Promise<GivenPiece | null> {
    const { transport, kernel } = this.#components
    const [kind, verify] = what === 'chunk' ? [chunkKind, verifyChunk] : [unitKind, verifyUnit]
    const late = new Deadline(OTHER_MS)
    try {
      const answer = await transport.ask(peer, kind, { id: hexToBytes(id), index }, { signal })
      const given = answer.ok ? answer.frames[0] : undefined
      if (given === undefined) {
        if (!answer.ok && answer.reject !== 'refused') this.#memory.failed(peer)
        return null
      }
      const held = await verify(kernel, content, { index, ...given })
      if (held.ok) {
        this.#memory.gave(peer)
        return given
      }
      this.#memory.failed(peer)
      transport.blame(peer, 'lie', `${kind.name}: ${held.detail}`)
      return null
    } catch (error) {
      // Another one was faster: who was given time for nothing is asked last from then on.
      if (late.isOver) this.#memory.failed(peer)
      throw error
    } finally {
      late.clear()
    }
  }
}
