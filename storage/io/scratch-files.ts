import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ioError } from '../../src/lib/io/index.ts'
import type { Scratch } from '../reading/scratch.ts'
import { FileStore } from './file-store.ts'

/** Files in which blobs are restored; each is gone as soon as it is closed, and all of them with the last one. */
export class ScratchFiles {
  readonly #folder: string
  readonly #open = new Set<Scratch>()

  /** @param folder which nothing else is in: it is emptied where a process before was killed */
  constructor(folder: string) {
    this.#folder = folder
  }

  async open(): Promise<Scratch> {
    if (this.#open.size === 0) await this.#empty()
    await mkdir(this.#folder, { recursive: true })
    const path = join(this.#folder, `${randomUUID()}.units`)
    const file = await FileStore.open(path)
    const scratch: Scratch = {
      read: (at, length) => file.read(at, length),
      write: (at, bytes) => file.write(at, bytes),
      truncate: (length) => file.truncate(length),
      close: async () => {
        if (!this.#open.delete(scratch)) return
        await file.close()
        await rm(path, { force: true })
      },
    }
    this.#open.add(scratch)
    return scratch
  }

  async close(): Promise<void> {
    for (const scratch of this.#open) await scratch.close()
    await this.#empty()
  }

  async #empty(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch((error) => {
      throw ioError(error, this.#folder, 'write')
    })
  }
}
