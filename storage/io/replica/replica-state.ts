import { blobShape } from '../../blob/shape.ts'
import type { HealQueue } from '../../replica/heal-queue.ts'
import { Tallies } from '../../replica/tallies.ts'
import type { TableEntry } from '../../table/blobs.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { Wholeness } from './make-whole.ts'
import type { WantedBlob } from './wanted-blob.ts'
import { WantedBlobs } from './wanted-blobs.ts'

export interface StateComponents {
  readonly store: ChunkStore
  readonly queue: HealQueue
  readonly partitions: readonly number[]
  /** Of a partition. */
  readonly positions: number
}

/**
 * What the table wants, what of it is here, and what is to be healed: brought up to date blob by blob as the table and the
 * store change, so that neither a block nor a question takes longer with a longer table.
 */
export class ReplicaState {
  readonly tallies = new Tallies()
  readonly #store: ChunkStore
  readonly #queue: HealQueue
  readonly #wanted: WantedBlobs
  /** Blobs of which all peers were asked in vain when they were tried last. */
  readonly #holes = new Set<string>()
  /** Blobs whose bytes are being deleted. */
  readonly #going = new Map<string, Promise<boolean>>()
  #isNew = true

  constructor({ store, queue, partitions, positions }: StateComponents) {
    this.#store = store
    this.#queue = queue
    this.#wanted = new WantedBlobs(partitions, positions)
  }

  wanted(id: string): WantedBlob | null {
    return this.#wanted.get(id)
  }

  /** Ids of all that is wanted, in the order of the table. */
  ids(): Iterable<string> {
    return this.#wanted.ids()
  }

  /** Ids of blobs that came into the chain or left it now, and of those whose bytes may go because they left it long ago. */
  look(entries: readonly TableEntry[], height: number): { readonly [what in 'came' | 'left' | 'over']: string[] } {
    const { came, left } = this.#wanted.look(entries, height)
    for (const id of left) {
      this.#queue.remove(id)
      this.#holes.delete(id)
      this.tallies.delete(id)
    }
    for (const { id } of came) this.changed(id)
    if (this.#isNew)
      for (const { id } of this.#store.blobs()) if (this.wanted(id) === null) this.#wanted.gone(id, height)
    this.#isNew = false
    return {
      came: came.map(({ id }) => id),
      left: [...left],
      over: this.#wanted.over(height).filter((id) => !this.#going.has(id)),
    }
  }

  /** What is kept of a blob has changed, or that it is wanted. */
  changed(id: string): void {
    const wanted = this.wanted(id)
    if (wanted === null || this.#going.has(id)) return
    const { chunks } = blobShape(wanted.length)
    const kept = this.#store.blob(id)
    const held = kept?.held.size ?? 0
    const isRefused = kept?.state === 'wrong-parity'
    if (!isRefused && (kept?.state !== 'whole' || held < chunks)) this.#queue.add(id, wanted.author)
    const { partition } = wanted
    const encoded = this.#store.encoded(id)
    this.tallies.set(id, { partition, chunks, held, encoded, isHole: isRefused || this.#holes.has(id) })
  }

  /** How one try ended. */
  tried(id: string, state: Wholeness): void {
    if (state === 'incomplete') this.#holes.add(id)
    else this.#holes.delete(id)
    this.changed(id)
  }

  /**
   * The bytes of a blob are being deleted; whether they were is told when that has ended. One that has come back meanwhile is
   * fetched anew after that.
   */
  async letGo(id: string, going: Promise<boolean>): Promise<void> {
    this.#going.set(id, going)
    const isGone = await going
    this.#going.delete(id)
    if (isGone) this.#wanted.forget(id)
    this.changed(id)
  }

  /** Nothing is being deleted any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#going.values())
  }
}
