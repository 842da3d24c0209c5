import type { AskReject, PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { hexToBytes, throwIfAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { CODING, UNIT_BYTES, UNITS_A_CHUNK } from '../../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../../blob/verify.ts'
import { chunkKind, unitKind } from '../../peers/piece-kinds.ts'
import type { GivenPiece } from '../../reading/source.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { WantedBlob } from './wanted-blob.ts'

/** Chunks of one blob that are asked for at the same time. */
const AT_ONCE = 4

export interface FetchComponents {
  readonly transport: PeerTransport
  readonly kernel: StorageKernel
  readonly store: ChunkStore
}

/** Why a peer is asked for nothing more of a blob now; that it lacks one piece says nothing of the others. */
const DONE_WITH: ReadonlySet<AskReject> = new Set(['unreachable', 'silent', 'malformed', 'oversized'])

/**
 * Asks peers for pieces of one blob, each peer as long as it answers. What comes is compared with the blob's root; whoever
 * gives another is told of as a liar and asked for nothing more.
 */
export class PieceSeeker {
  readonly #components: FetchComponents
  readonly #wanted: WantedBlob
  readonly #sources: Set<PeerName>
  readonly #signal: AbortSignal
  readonly #id: Uint8Array

  constructor(components: FetchComponents, wanted: WantedBlob, sources: readonly PeerName[], signal: AbortSignal) {
    this.#components = components
    this.#wanted = wanted
    this.#sources = new Set(sources)
    this.#signal = signal
    this.#id = hexToBytes(wanted.id)
  }

  /** Fetches the chunks that are missing, as far as anybody gives them; each is on the disk as soon as it is verified. */
  async fetchMissing(): Promise<void> {
    const queue = this.#components.store.missing(this.#wanted)
    const work = async () => {
      for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) await this.#fetchChunk(chunk)
    }
    const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
    for (const one of all) if (one.status === 'rejected') throw one.reason
  }

  /** A unit that nobody gives is null. */
  async unit(index: number): Promise<Uint8Array | null> {
    const { kernel } = this.#components
    const found = await this.#ask(unitKind, index, (given) => verifyUnit(kernel, this.#content, { index, ...given }))
    return found?.bytes ?? null
  }

  get #content() {
    const { root, length } = this.#wanted
    return { root: hexToBytes(root), length, coding: CODING }
  }

  async #fetchChunk(index: number): Promise<void> {
    const { kernel, store } = this.#components
    const found = await this.#ask(chunkKind, index, (given) => verifyChunk(kernel, this.#content, { index, ...given }))
    if (found === null) return
    const unitRoots = await kernel.unitRoots(found.bytes)
    await store.put(this.#wanted.id, index, { ...found, unitRoots })
  }

  async #ask(
    kind: typeof chunkKind,
    index: number,
    verify: (given: GivenPiece) => Promise<{ readonly ok: boolean; readonly detail?: string }>,
  ): Promise<GivenPiece | null> {
    const { transport } = this.#components
    // Not all begin with the same peer.
    const turn = index % Math.max(1, this.#sources.size)
    const order = [...this.#sources]
    for (const peer of [...order.slice(turn), ...order.slice(0, turn)]) {
      throwIfAborted(this.#signal)
      if (!this.#sources.has(peer)) continue
      const asked = await transport.ask(peer, kind, { id: this.#id, index }, { signal: this.#signal })
      if (!asked.ok) {
        if (DONE_WITH.has(asked.reject)) this.#sources.delete(peer)
        continue
      }
      const given = asked.frames[0] as GivenPiece
      const verified = await verify(given)
      if (verified.ok) return given
      this.#sources.delete(peer)
      transport.blame(peer, 'lie', `${kind.name}: ${verified.detail ?? 'not what was asked for'}`)
    }
    return null
  }
}

/** Numbers of the units of a chunk, and where each of them begins in its bytes. */
export function unitsOf(chunk: number): { readonly unit: number; readonly at: number }[] {
  return Array.from({ length: UNITS_A_CHUNK }, (_, i) => ({ unit: chunk * UNITS_A_CHUNK + i, at: i * UNIT_BYTES }))
}
