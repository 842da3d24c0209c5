import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Level } from 'level'

/** What LevelDB may have to write when it opens: all that it holds in memory (4 MB), and its lists of files. */
const OPENING_BYTES = 8 << 20

/**
 * A LevelDB that writes again after a write has failed. By itself it does not: once a log could not be written it refuses
 * every further write, or goes on behind a torn record, so that what comes after is lost with the next start. Closed and
 * opened anew it is sound, with all that it had acknowledged.
 *
 * It is opened anew only with the next write, and only where there is room for that: until then it can be read.
 */
export class Mending<Key, Value> {
  readonly level: Level<Key, Value>
  readonly #folder: string
  #isTorn = false
  #isClosed = false
  #mending: Promise<void> | null = null
  readonly #writing = new Set<Promise<void>>()

  constructor(level: Level<Key, Value>, folder: string) {
    this.level = level
    this.#folder = folder
  }

  async read<T>(work: () => Promise<T>): Promise<T> {
    if (this.#mending !== null) await this.#mending.catch(() => undefined)
    if (this.level.status !== 'open') await this.#mend()
    return await work()
  }

  async write(work: () => Promise<void>): Promise<void> {
    if (this.#isTorn || this.#mending !== null) await this.#mend()
    const writing = work()
    this.#writing.add(writing)
    try {
      await writing
    } catch (error) {
      this.#isTorn = true
      throw error
    } finally {
      this.#writing.delete(writing)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#mending?.catch(() => undefined)
    await this.level.close()
  }

  /** Once for all that wait for it. */
  async #mend(): Promise<void> {
    if (this.#isClosed) return
    this.#mending ??= this.#openAnew().finally(() => {
      this.#mending = null
    })
    await this.#mending
  }

  async #openAnew(): Promise<void> {
    await this.#findRoom()
    await Promise.allSettled(this.#writing)
    await this.level.close()
    await this.level.open()
    this.#isTorn = false
  }

  /** Throws what the disk says where it has no room. */
  async #findRoom(): Promise<void> {
    const path = join(this.#folder, 'room')
    try {
      await using file = await open(path, 'w')
      await file.writeFile(new Uint8Array(OPENING_BYTES))
      await file.datasync()
    } finally {
      await rm(path, { force: true })
    }
  }
}
