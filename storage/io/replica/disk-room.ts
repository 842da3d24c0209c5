import { blobShape, UNIT_BYTES } from '../../blob/shape.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { WantedBlob } from './wanted-blob.ts'

/** Room that is promised to one blob while it is worked on. */
interface Promised {
  /** Chunks that were missing when it was begun. */
  readonly chunks: number
  /** Bytes of the file that it is judged in. */
  readonly scratch: number
  missing(): number
}

/**
 * The bytes of the disk that a provider may take. What is counted: chunks with all that is kept beside them, the index, and of
 * each blob that is worked on all that it is going to take, before anything of it is asked for.
 */
export class DiskRoom {
  readonly #store: ChunkStore
  readonly #most: number
  /** By id. */
  readonly #promised = new Map<string, Promised>()
  #indexBytes = 0

  constructor(store: ChunkStore, most: number | undefined) {
    this.#store = store
    this.#most = most ?? Number.POSITIVE_INFINITY
  }

  /** Promises a blob its room, until what comes back is called; null where there is too little. */
  async begin(wanted: Pick<WantedBlob, 'id' | 'length'>): Promise<(() => void) | null> {
    this.#indexBytes = await this.#store.indexBytes()
    const missing = () => this.#store.missing(wanted).length
    const promised = { chunks: missing(), scratch: scratchBytes(wanted.length), missing }
    if (this.#taken + this.#bytesOf(promised) > this.#most) return null
    this.#promised.set(wanted.id, promised)
    return () => this.#promised.delete(wanted.id)
  }

  /** Whether there is room for a blob, or was when it was begun, beside so many chunks that are to come yet. */
  fits(blob: Pick<WantedBlob, 'id' | 'length'>, awaited: number): boolean {
    const missing = this.#store.missing(blob).length
    if (missing === 0 || this.#promised.has(blob.id)) return true
    const coming = (missing + awaited) * this.#store.slotBytes
    return this.#taken + coming + scratchBytes(blob.length) <= this.#most
  }

  /** Whether there is room for another form of one chunk beside all that is there. */
  async hasSlot(): Promise<boolean> {
    this.#indexBytes = await this.#store.indexBytes()
    return this.#store.takenBytes + this.#indexBytes + this.#promisedBytes + this.#store.slotBytes <= this.#most
  }

  get #taken(): number {
    return this.#store.usedBytes + this.#indexBytes + this.#promisedBytes
  }

  get #promisedBytes(): number {
    return [...this.#promised.values()].reduce((total, one) => total + this.#bytesOf(one), 0)
  }

  /** What has come is counted by the store. */
  #bytesOf({ chunks, scratch, missing }: Promised): number {
    return Math.min(chunks, missing()) * this.#store.slotBytes + scratch
  }
}

/** All units of a blob, and the columns of those that are made (`codeByColumns`), at most as many as there are data units. */
function scratchBytes(length: number): number {
  const { units, dataUnits } = blobShape(length)
  return (units + dataUnits) * UNIT_BYTES
}
