import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ioError } from '../../src/lib/io/index.ts'
import type { Scratch } from '../reading/scratch.ts'
import { FileStore } from './file-store.ts'

/** Files without names in which blobs are restored: each is gone with its process, or as soon as it is closed. */
export class ScratchFiles {
  readonly #folder: string
  readonly #open = new Set<Scratch>()

  /** @param folder on whose disk they are; several processes may have the same */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** How many are open. */
  get count(): number {
    return this.#open.size
  }

  async open(): Promise<Scratch> {
    const file = await this.#unnamed()
    const scratch: Scratch = {
      read: (at, length) => file.read(at, length),
      write: (at, bytes) => file.write(at, bytes),
      truncate: (length) => file.truncate(length),
      close: async () => {
        if (this.#open.delete(scratch)) await file.close()
      },
    }
    this.#open.add(scratch)
    return scratch
  }

  async close(): Promise<void> {
    for (const scratch of this.#open) await scratch.close()
  }

  async #unnamed(): Promise<FileStore> {
    const path = join(this.#folder, `restoring-${randomUUID()}`)
    try {
      await mkdir(this.#folder, { recursive: true })
      const file = await FileStore.open(path)
      await rm(path)
      return file
    } catch (error) {
      throw ioError(error, path, 'write')
    }
  }
}
