import { orAborted, type Rejection, type Result, throwIfAborted } from '../../src/lib/index.ts'
import { MAX_MANIFEST_BYTES } from '../manifest/manifest.ts'
import type { BlobReader } from './blob-reader.ts'
import { BoundedCache } from './bounded-cache.ts'
import { type ContentReject, type OpenBlob, openBlob } from './open-content.ts'

/** Memory that a manifest takes, decoded and indexed, for each of its bytes; and what any blob takes. */
const DECODED = 5
const BESIDE = 1_000
/** The longest has room: it is the one that must not be decoded anew for each file that is read of it. */
const MAX_BYTES = BESIDE + DECODED * MAX_MANIFEST_BYTES
/** Of refusals that follow from a blob's bytes: some 2,000. */
const REFUSED_BYTES = 1 << 20
const REFUSAL_BYTES = 500

/**
 * Blobs that were opened last, with their manifests: one is read and decoded once, however many ask for it, and so is one
 * that turns out to be none.
 */
export class OpenBlobs {
  readonly #reader: BlobReader
  readonly #open: BoundedCache<OpenBlob>
  readonly #refused = new BoundedCache<Rejection<ContentReject>>(REFUSED_BYTES)
  readonly #opening = new Map<string, ReturnType<typeof openBlob>>()

  /** @param maxBytes of memory that decoded manifests take, as far as that is known */
  constructor(reader: BlobReader, maxBytes: number = MAX_BYTES) {
    this.#reader = reader
    this.#open = new BoundedCache(maxBytes)
  }

  async open(id: string, signal?: AbortSignal): Promise<Result<{ readonly blob: OpenBlob }, ContentReject>> {
    const known = this.#open.get(id)
    if (known !== undefined) return { ok: true, blob: known }
    const refused = this.#refused.get(id)
    if (refused !== undefined) return refused
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
      } else if (opened.reject === 'bad-manifest') this.#refused.put(id, opened, REFUSAL_BYTES)
      return opened
    })
    this.#opening.set(id, opening)
    const ended = () => this.#opening.delete(id)
    opening.then(ended, ended)
    return opening
  }
}
