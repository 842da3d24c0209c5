import { abortedError, Deadline, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { restoreBlob } from '../blob/restore.ts'
import { CHUNK_BYTES, UNIT_BYTES } from '../blob/shape.ts'
import { BlobTree } from '../blob/tree.ts'
import type { BlobReject } from './ask-sources.ts'
import { gatherUnits, type PieceSource } from './gather-units.ts'
import { type Scratch, WebScratch } from './scratch.ts'
import { SharedWork } from './shared-work.ts'
import type { GivenPiece } from './source.ts'
import { Turns } from './turns.ts'

/** Restored blobs that are kept for what is read next. */
const KEPT = 2
/** That too little of a blob is to be had holds for so long: it costs a request for every piece to find out. */
const REMEMBER_FAILED_MS = 30_000
const MAX_FAILED = 1_000
/** Blobs that are restored at the same time, each with 16 MB in memory; the others wait for their turn. */
const AT_ONCE = 4
/** What a blob is given to be restored in: so long, and as long as its bytes take at half a megabyte a second. */
const SHORTEST_MS = 60_000
const BYTES_A_MS = 500

export interface RestorerOptions {
  readonly kernel: StorageKernel
  /** Where a blob lies while it is restored; `WebScratch` unless given. */
  readonly scratch?: (() => Promise<Scratch>) | undefined
  /** What one asks for goes on for those who come later, until `close`; without it, as long as somebody waits. */
  readonly goesOn?: boolean | undefined
}

/** A blob whose facts follow from its id. */
export type KnownBlob = BlobContent & { readonly id: string }

interface Restored {
  readonly store: Scratch
  readonly tree: BlobTree
  /** Reads that go on: it is let go after them. */
  readonly reads: Set<Promise<unknown>>
}

type Made = Result<{ readonly restored: Restored }, BlobReject>

/**
 * Makes pieces that no source gives from the rest of their blob: any units that are as many as its data units restore all of
 * it. That takes the whole blob from sources, so it is done where nothing else is left, a few blobs at a time.
 */
export class Restorer {
  readonly #options: RestorerOptions
  readonly #kept = new Map<string, Restored>()
  readonly #works: SharedWork<Made>
  readonly #turns = new Turns(AT_ONCE)
  readonly #failed = new Map<string, { readonly made: Made; readonly at: number }>()
  #closed = false

  constructor(options: RestorerOptions) {
    this.#options = options
    this.#works = new SharedWork(options.goesOn === true)
  }

  /** A piece of a blob, with its path. */
  async piece(
    blob: KnownBlob,
    { kind, index }: { readonly kind: 'unit' | 'chunk'; readonly index: number },
    ask: PieceSource,
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly piece: GivenPiece }, BlobReject>> {
    const made = await this.#made(blob, ask, signal)
    if (!made.ok) return made
    const { store, tree, reads } = made.restored
    const size = kind === 'unit' ? UNIT_BYTES : CHUNK_BYTES
    const reading = store.read(index * size, size)
    reads.add(reading)
    try {
      return {
        ok: true,
        piece: { path: kind === 'unit' ? tree.unitPath(index) : tree.chunkPath(index), bytes: await reading },
      }
    } finally {
      reads.delete(reading)
    }
  }

  /** Whether a blob is restored already, so that a piece of it costs nothing. */
  has(id: string): boolean {
    return this.#kept.has(id)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#works.close()
    const kept = [...this.#kept.values()]
    this.#kept.clear()
    for (const restored of kept) await letGo(restored)
  }

  async #made(blob: KnownBlob, ask: PieceSource, signal: AbortSignal | undefined): Promise<Made> {
    throwIfAborted(signal)
    if (this.#closed) throw abortedError()
    const kept = this.#kept.get(blob.id)
    if (kept !== undefined) return { ok: true, restored: kept }
    const failed = this.#failed.get(blob.id)
    if (failed !== undefined && performance.now() - failed.at < REMEMBER_FAILED_MS) return failed.made
    const begin = (ending: AbortSignal, isWanted: () => boolean) =>
      this.#turns.take(async () => {
        // Whoever asks for many and leaves has none of them restored once it is their turn.
        if (!isWanted()) throw abortedError()
        return await this.#inTime(blob, ask, ending)
      })
    return await this.#works.of(blob.id, begin, signal)
  }

  /** Within the time that its length is given: a blob whose sources are slow keeps its place no longer. */
  async #inTime(blob: KnownBlob, ask: PieceSource, ending: AbortSignal): Promise<Made> {
    throwIfAborted(ending)
    const ms = SHORTEST_MS + blob.length / BYTES_A_MS
    const late = new Deadline(ms)
    try {
      return await this.#restore(blob, ask, AbortSignal.any([ending, late.signal]))
    } catch (error) {
      if (ending.aborted || !late.isOver) throw error
      const detail = `its sources are slow: it was not restored within ${Math.ceil(ms / 1000)} s`
      return this.#failing(blob.id, rejection('unreachable', detail))
    } finally {
      late.clear()
    }
  }

  async #restore(blob: KnownBlob, ask: PieceSource, signal: AbortSignal): Promise<Made> {
    const { kernel, scratch = async () => new WebScratch() } = this.#options
    const store = await scratch()
    try {
      const gathered = await gatherUnits(blob, store, ask, signal)
      if (!gathered.ok) return this.#failing(blob.id, await closed(store, gathered))
      const made = await restoreBlob(kernel, store, blob, (unit) => gathered.has.has(unit), { signal })
      if (!made.ok) {
        const lie = rejection('not-verified', `its author made parity that is none of its data: ${made.detail}`)
        return this.#failing(blob.id, await closed(store, lie))
      }
      const restored = { store, tree: new BlobTree(kernel, made.blob.unitRoots), reads: new Set<Promise<unknown>>() }
      await this.#keep(blob.id, restored)
      return { ok: true, restored }
    } catch (error) {
      await store.close()
      throw error
    }
  }

  async #keep(id: string, restored: Restored): Promise<void> {
    this.#kept.set(id, restored)
    for (const [oldest, other] of this.#kept) {
      if (this.#kept.size <= KEPT) break
      this.#kept.delete(oldest)
      await letGo(other)
    }
  }

  #failing(id: string, made: Made): Made {
    this.#failed.delete(id)
    this.#failed.set(id, { made, at: performance.now() })
    const [oldest] = this.#failed.keys()
    if (this.#failed.size > MAX_FAILED && oldest !== undefined) this.#failed.delete(oldest)
    return made
  }
}

async function closed<T>(store: Scratch, value: T): Promise<T> {
  await store.close()
  return value
}

async function letGo({ store, reads }: Restored): Promise<void> {
  await Promise.allSettled([...reads])
  await store.close()
}
