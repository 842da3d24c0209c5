import { CHUNK_BYTES } from '../blob/shape.ts'
import type { BlobStore } from '../blob/store.ts'

/** Where the units of one blob lie while it is restored, and as long as it is read from. */
export interface Scratch extends BlobStore {
  /** Lets all of it go. */
  close(): Promise<void>
}

/**
 * In pages that are `Blob`s of the web platform, which a browser keeps outside of the page's own memory and on the disk
 * where they are many; in Node they are memory.
 */
export class WebScratch implements Scratch {
  readonly #pages = new Map<number, Blob>()
  #length = 0
  /** Writes follow each other: two within one page would undo one another. */
  #last: Promise<unknown> = Promise.resolve()

  write(at: number, bytes: Uint8Array): Promise<void> {
    return this.#next(() => this.#write(at, bytes))
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    await this.#last
    if (at + length > this.#length) throw new RangeError(`${at + length} is beyond the end, ${this.#length}`)
    const bytes = new Uint8Array(length)
    for (const { page, from, to, place } of parts(at, length)) {
      const there = await this.#pages.get(page)?.slice(from, to).arrayBuffer()
      if (there !== undefined) bytes.set(new Uint8Array(there), place)
    }
    return bytes
  }

  truncate(length: number): Promise<void> {
    return this.#next(async () => {
      this.#length = Math.min(this.#length, length)
      for (const [page, bytes] of this.#pages) {
        const left = length - page * CHUNK_BYTES
        if (left <= 0) this.#pages.delete(page)
        else if (left < bytes.size) this.#pages.set(page, await flat([bytes.slice(0, left)]))
      }
    })
  }

  async close(): Promise<void> {
    await this.truncate(0)
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  async #write(at: number, bytes: Uint8Array): Promise<void> {
    this.#length = Math.max(this.#length, at + bytes.length)
    for (const { page, from, to, place } of parts(at, bytes.length)) {
      const some = bytes.slice(place, place + to - from)
      const there = this.#pages.get(page)
      const parts = [there?.slice(0, from) ?? new Uint8Array(from), some, there?.slice(to) ?? '']
      if (there !== undefined && there.size < from) parts.splice(1, 0, new Uint8Array(from - there.size))
      this.#pages.set(page, await flat(to - from === CHUNK_BYTES ? [some] : parts))
    }
  }
}

/** One of its own: a blob of slices of others would keep all of those. */
async function flat(parts: readonly BlobPart[]): Promise<Blob> {
  return new Blob([await new Blob([...parts]).arrayBuffer()])
}

/** What of a range lies in which page, and where in the range. */
function* parts(at: number, length: number) {
  for (let done = 0; done < length; ) {
    const page = Math.floor((at + done) / CHUNK_BYTES)
    const from = at + done - page * CHUNK_BYTES
    const to = Math.min(CHUNK_BYTES, from + length - done)
    yield { page, from, to, place: done }
    done += to - from
  }
}
