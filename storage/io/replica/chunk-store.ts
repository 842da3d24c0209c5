import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, Emitter, type Events, equalBytes } from '../../../src/lib/index.ts'
import { ioError } from '../../../src/lib/io/index.ts'
import { blobShape, UNITS_A_CHUNK } from '../../blob/shape.ts'
import { CHUNK_PATH_BYTES } from '../../blob/tree.ts'
import type { StorageParams } from '../../params.ts'
import type { Keeping } from '../../replica/keeping.ts'
import type { LastScrub, LastScrubs, ScrubLevel } from '../../replica/scrub-levels.ts'
import { FileStore } from '../file-store.ts'
import { ChunkIndex, type KeptBlob } from './chunk-index.ts'

const ROOTS_BYTES = UNITS_A_CHUNK * 32

/** A chunk with what proves it and its units: all that is needed to give it to others. */
export interface ProvedChunk {
  readonly bytes: Uint8Array
  /** From the chunk to the blob's root. */
  readonly path: Uint8Array
  /** Roots of its sixteen units, 32 bytes each. */
  readonly unitRoots: Uint8Array
}

export interface ChunkStoreOptions {
  readonly folder: string
  readonly params: StorageParams
  readonly keeping: Keeping
}

/**
 * Chunks on a disk: a file for each blob, in it a slot for each chunk (path, roots of its units, the kept bytes), and in an
 * index the SHA-256 of each slot that is there. A slot is on the disk before the index names it, so that a crash at any
 * moment, or a full disk, leaves no chunk that is believed to be there and is not.
 */
export class ChunkStore {
  readonly #folder: string
  readonly #keeping: Keeping
  readonly #index: ChunkIndex
  readonly #events = new Emitter<{ changed: { readonly id: string } }>()

  private constructor(folder: string, keeping: Keeping, index: ChunkIndex) {
    this.#folder = folder
    this.#keeping = keeping
    this.#index = index
  }

  /** Throws E_LOCKED where another process has it, E_STORE where it cannot be used or is of another network. */
  static async open({ folder, params, keeping }: ChunkStoreOptions): Promise<ChunkStore> {
    const index = await ChunkIndex.open(folder, params, keeping.name)
    const store = new ChunkStore(folder, keeping, index)
    // What was being restored when the process ended, and files whose blob was let go of just then.
    await rm(join(folder, 'scratch'), { recursive: true, force: true })
    await store.#sweep()
    return store
  }

  /** What is kept of a blob has changed. */
  get events(): Events<{ changed: { readonly id: string } }> {
    return this.#events
  }

  /** Bytes of a chunk with all that is kept beside it. */
  get slotBytes(): number {
    return CHUNK_PATH_BYTES + ROOTS_BYTES + this.#keeping.keptBytes
  }

  /** Bytes of the disk that chunks take, those among them that turned out to be damaged. */
  get usedBytes(): number {
    return this.#index.slots * this.slotBytes
  }

  /** Bytes of the disk that the index takes. */
  async indexBytes(): Promise<number> {
    const folder = join(this.#folder, 'index')
    let total = 0
    for (const name of await readdir(folder).catch(() => [])) {
      // It may be gone already: LevelDB makes its files anew.
      total += await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      )
    }
    return total
  }

  blobs(): readonly KeptBlob[] {
    return this.#index.blobs()
  }

  blob(id: string): KeptBlob | null {
    return this.#index.blob(id)
  }

  /** Numbers of the chunks of a blob that are not here. */
  missing({ id, length }: Pick<KeptBlob, 'id' | 'length'>): number[] {
    const held = this.blob(id)?.held
    return Array.from({ length: blobShape(length).chunks }, (_, chunk) => chunk).filter((chunk) => !held?.has(chunk))
  }

  /** Begins to keep a blob, of which nothing is here yet. */
  async add({ id, root, length, height }: Omit<KeptBlob, 'held' | 'state'>): Promise<void> {
    if (this.blob(id) === null) await this.#index.setBlob({ id, root, length, height, state: 'fetching' })
    this.#changed(id)
  }

  async setState(id: string, state: KeptBlob['state']): Promise<void> {
    const blob = this.blob(id)
    if (blob !== null && blob.state !== state) await this.#index.setBlob({ ...blob, state })
    this.#changed(id)
  }

  /** Keeps a chunk that was verified; it is on the disk when this resolves. */
  async put(id: string, chunk: number, { bytes, path, unitRoots }: ProvedChunk): Promise<void> {
    const kept = await this.#keeping.keep({ id, chunk }, bytes)
    const slot = concatBytes(path, unitRoots, kept)
    await this.#withFile(id, async (file) => {
      await file.write(chunk * this.slotBytes, slot)
      await file.sync()
    })
    await this.#index.setChunk(id, chunk, sha256(slot))
    this.#changed(id)
  }

  /** Null where it is not here, or is damaged: then it is here no longer. */
  async get(id: string, chunk: number): Promise<ProvedChunk | null> {
    if (!this.blob(id)?.held.has(chunk)) return null
    const slot = await this.#slot(id, chunk)
    if (slot === null) {
      await this.dropChunk(id, chunk)
      return null
    }
    const path = slot.subarray(0, CHUNK_PATH_BYTES)
    const unitRoots = slot.subarray(CHUNK_PATH_BYTES, CHUNK_PATH_BYTES + ROOTS_BYTES)
    const bytes = await this.#keeping.give({ id, chunk }, slot.subarray(CHUNK_PATH_BYTES + ROOTS_BYTES))
    return { bytes, path, unitRoots }
  }

  /** Forgets a chunk that was found to be another. */
  async dropChunk(id: string, chunk: number): Promise<void> {
    await this.#index.dropChunk(id, chunk)
    this.#changed(id)
  }

  /** Forgets all chunks of a blob and deletes their bytes; the blob itself stays known where its parity is wrong. */
  async drop(id: string): Promise<void> {
    await this.#index.dropBlob(id)
    this.#changed(id)
    await rm(this.#path(id), { force: true })
  }

  get scrubs(): LastScrubs {
    return this.#index.scrubs
  }

  async setScrub(level: ScrubLevel, last: LastScrub): Promise<void> {
    await this.#index.setScrub(level, last)
  }

  async nextTurn(): Promise<number> {
    return await this.#index.nextTurn()
  }

  /** A file to restore a blob in, for as long as the work takes. */
  async scratch<Value>(id: string, work: (file: FileStore) => Promise<Value>): Promise<Value> {
    const path = join(this.#folder, 'scratch', id)
    const file = await opened(path)
    try {
      return await work(file)
    } finally {
      await file.close()
      await rm(path, { force: true })
    }
  }

  async close(): Promise<void> {
    await this.#index.close()
  }

  /** Null where it is not what was written. */
  async #slot(id: string, chunk: number): Promise<Uint8Array | null> {
    const sum = this.#index.sum(id, chunk)
    if (sum === null) return null
    // A file that cannot be opened, for want of handles, say, tells nothing of what is in it: that is thrown.
    return await this.#withFile(id, async (file) => {
      try {
        const slot = await file.read(chunk * this.slotBytes, this.slotBytes)
        return equalBytes(sha256(slot), sum) ? slot : null
      } catch {
        // Cut short, or the disk cannot read it: as good as damaged, and had from others.
        return null
      }
    })
  }

  async #withFile<Value>(id: string, work: (file: FileStore) => Promise<Value>): Promise<Value> {
    const file = await opened(this.#path(id))
    try {
      return await work(file)
    } finally {
      await file.close()
    }
  }

  async #sweep(): Promise<void> {
    const chunks = join(this.#folder, 'chunks')
    for (const below of await readdir(chunks).catch(() => [])) {
      for (const id of await readdir(join(chunks, below))) {
        if (this.blob(id) === null) await rm(join(chunks, below, id), { force: true })
      }
    }
  }

  #changed(id: string): void {
    this.#events.emit('changed', { id })
  }

  #path(id: string): string {
    return join(this.#folder, 'chunks', id.slice(0, 2), id)
  }
}

/** A file and the folder that it is in are made where there are none. */
async function opened(path: string): Promise<FileStore> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw ioError(cause, path)
  }
  return await FileStore.open(path)
}
