import { orAborted, type Result, throwIfAborted } from '../../src/lib/index.ts'
import type { BlobReader } from './blob-reader.ts'
import { BoundedCache } from './bounded-cache.ts'
import { type ContentReject, type OpenBlob, openBlob } from './open-content.ts'

const MAX_BYTES = 64 << 20
/** Memory that a manifest takes, decoded and indexed, for each of its bytes; and what any blob takes. */
const DECODED = 5
const BESIDE = 1_000

/** Blobs that were opened last, with their manifests: one is read and decoded once, however many ask for it. */
export class OpenBlobs {
  readonly #reader: BlobReader
  readonly #open: BoundedCache<OpenBlob>
  readonly #opening = new Map<string, ReturnType<typeof openBlob>>()

  /** @param maxBytes of memory that decoded manifests take, as far as that is known */
  constructor(reader: BlobReader, maxBytes: number = MAX_BYTES) {
    this.#reader = reader
    this.#open = new BoundedCache(maxBytes)
  }

  async open(id: string, signal?: AbortSignal): Promise<Result<{ readonly blob: OpenBlob }, ContentReject>> {
    const known = this.#open.get(id)
    if (known !== undefined) return { ok: true, blob: known }
    // It goes on though the one who asked leaves: others may wait for it.
    const opening = this.#opening.get(id) ?? this.#begin(id)
    try {
      return await orAborted(opening, signal)
    } catch (error) {
      throwIfAborted(signal)
      throw error
    }
  }

  #begin(id: string): ReturnType<typeof openBlob> {
    const opening = openBlob(this.#reader, id).then((opened) => {
      if (opened.ok) {
        const { files, length } = opened.blob
        this.#open.put(id, opened.blob, BESIDE + (files === null ? 0 : DECODED * length))
      }
      return opened
    })
    this.#opening.set(id, opening)
    const ended = () => this.#opening.delete(id)
    opening.then(ended, ended)
    return opening
  }
}
