/**
 * Where the units of one blob lie one after another while it is coded: a file, or memory. It ends behind the last byte that was
 * written, or where it was cut; what was never written before its end is zeros. Bytes beyond the end of the units are
 * scratch space; `truncate` lets them go.
 */
export interface BlobStore {
  write(at: number, bytes: Uint8Array): Promise<void>
  /** Exactly `length` bytes; rejects where they reach over the end. */
  read(at: number, length: number): Promise<Uint8Array>
  truncate(length: number): Promise<void>
}

/** In memory: for small blobs, and where there are no files. */
export class MemoryStore implements BlobStore {
  #bytes = new Uint8Array(0)
  #length = 0

  /** What is there. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  async write(at: number, bytes: Uint8Array): Promise<void> {
    const end = at + bytes.length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length))
      larger.set(this.bytes)
      this.#bytes = larger
    }
    this.#bytes.set(bytes, at)
    this.#length = Math.max(this.#length, end)
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    if (at + length > this.#length) throw new RangeError(`${at + length} is beyond the end, ${this.#length}`)
    return this.#bytes.slice(at, at + length)
  }

  async truncate(length: number): Promise<void> {
    this.#bytes.fill(0, length)
    this.#length = Math.min(this.#length, length)
  }
}
