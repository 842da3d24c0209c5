import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../../../src/lib/index.ts'
import { storageError } from '../../errors.ts'
import { type Keeping, rawKeeping } from '../../replica/keeping.ts'
import type { Keepings } from '../../replica/keepings.ts'
import { ChunkFiles, partsOf } from './chunk-files.ts'
import type { ChunkIndex, Slot } from './chunk-index.ts'
import { InOrder } from './in-order.ts'

/** What was read from the slot of a chunk. */
export interface ReadSlot {
  readonly keeping: Keeping
  readonly path: Uint8Array
  readonly unitRoots: Uint8Array
  readonly kept: Uint8Array
}

/** A slot that is to take the place of another. */
export interface NewSlot {
  /** What the index said when the work on the new one began. */
  readonly before: Slot
  readonly keeping: Keeping
  readonly slot: Uint8Array
  /** Whether what was read back from the disk is right. */
  isRight(kept: Uint8Array): Promise<boolean>
}

/** Slots on the disk in step with the index: of one blob they are written one after another. */
export class ChunkSlots {
  readonly #files: ChunkFiles
  readonly #index: ChunkIndex
  readonly #keepings: Keepings
  readonly #inOrder = new InOrder()

  /** Throws E_STORE or E_NO_ADDON where something is kept in a way that cannot be read here. */
  constructor(folder: string, index: ChunkIndex, keepings: Keepings) {
    this.#files = new ChunkFiles(join(folder, 'chunks'))
    this.#index = index
    this.#keepings = keepings
    for (const [kept, chunks] of index.slots()) if (chunks > 0) this.keeping(kept)
  }

  /** Removes files of blobs that the index does not know. */
  async sweep(): Promise<void> {
    await this.#files.sweep((id) => this.#index.blob(id) !== null)
  }

  keeping(kept: string): Keeping {
    const keeping = this.#keepings.named(kept)
    if (keeping === null) throw storageError('E_STORE', `chunks are kept here in a way that is not known: ${kept}`)
    return keeping
  }

  /** Null where the chunk is not here, or is not what was written: then it is here no longer. */
  async read(id: string, chunk: number): Promise<ReadSlot | null> {
    for (let said = this.#index.slot(id, chunk); said !== null; said = this.#index.slot(id, chunk)) {
      const keeping = this.keeping(said.kept)
      const slot = await this.#files.read(id, keeping, chunk)
      if (slot !== null && equalBytes(sha256(slot), said.sum)) return { keeping, ...partsOf(slot) }
      // Unless another took its place while it was read.
      if (this.#index.holds(id, chunk, said)) await this.#index.dropChunk(id, chunk)
    }
    return null
  }

  /** The kept bytes of one unit, not compared with a checksum. */
  async readUnit(id: string, keeping: Keeping, unit: number): Promise<Uint8Array | null> {
    return await this.#files.readUnit(id, keeping, unit)
  }

  async writeRaw(id: string, chunk: number, slot: Uint8Array): Promise<void> {
    await this.#inOrder.of(id, async () => {
      await this.#files.write(id, rawKeeping, chunk, slot)
      await this.#index.setChunk(id, chunk, { sum: sha256(slot), kept: rawKeeping.name })
    })
  }

  /**
   * The slot that was there stays until the new one is on the disk, was read from there, and is right. Nothing happens where
   * it is another one by now. Throws E_STORE where the new one is not right.
   */
  async replace(id: string, chunk: number, { before, keeping, slot, isRight }: NewSlot): Promise<void> {
    await this.#inOrder.of(id, async () => {
      if (!this.#index.holds(id, chunk, before)) return
      try {
        await this.#files.write(id, keeping, chunk, slot)
        const read = await this.#files.read(id, keeping, chunk)
        if (read === null || !equalBytes(read, slot) || !(await isRight(partsOf(read).kept))) {
          throw storageError(
            'E_STORE',
            `chunk ${chunk} of blob ${id} was not read as it was written; it stays as it was`,
          )
        }
      } catch (error) {
        await this.#trim(id, keeping)
        throw error
      }
      await this.#index.setChunk(id, chunk, { sum: sha256(slot), kept: keeping.name })
      await this.#trim(id, this.keeping(before.kept))
    })
  }

  /** All slots of a blob. */
  async drop(id: string): Promise<void> {
    await this.#inOrder.of(id, async () => {
      await this.#index.dropBlob(id)
      const ways = this.#index.slots().flatMap(([kept]) => this.#keepings.named(kept) ?? [])
      await this.#files.remove(id, ways)
    })
  }

  /** Gives back the room behind the last slot that is kept in this way. */
  async #trim(id: string, keeping: Keeping): Promise<void> {
    const last = this.#index.keptAs(id, keeping.name).reduce((most, chunk) => Math.max(most, chunk), -1)
    await this.#files.trim(id, keeping, last + 1)
  }
}
