import type { TableEntry } from '../../table/blobs.ts'
import { EntryFollower } from '../../table/follow.ts'
import type { WantedBlob } from './wanted-blob.ts'

/** So many blocks after it left the chain a blob's bytes are kept: it may come back. */
const KEPT_BLOCKS = 144

/** What a new tip changed. */
export interface WantedChanges {
  readonly came: readonly WantedBlob[]
  /** Ids of those that are in no block any more. */
  readonly left: readonly string[]
}

/** The table's blobs in the partitions that are kept here, and those that left the chain not long ago. */
export class WantedBlobs {
  readonly #partitions: ReadonlySet<number>
  readonly #positions: number
  readonly #follower = new EntryFollower()
  readonly #wanted = new Map<string, WantedBlob>()
  /** Height at which a blob was first found to be in no block. */
  readonly #goneAt = new Map<string, number>()

  /** @param positions of a partition */
  constructor(partitions: readonly number[], positions: number) {
    this.#partitions = new Set(partitions)
    this.#positions = positions
  }

  get(id: string): WantedBlob | null {
    return this.#wanted.get(id) ?? null
  }

  /** In the order of the table, but for those that a reorg moved. */
  ids(): Iterable<string> {
    return this.#wanted.keys()
  }

  look(entries: readonly TableEntry[], height: number): WantedChanges {
    const { left, came } = this.#follower.changes(entries)
    for (const { id } of left) if (this.#wanted.delete(id)) this.gone(id, height)
    const added: WantedBlob[] = []
    for (const { id, root, length, author, height: since, first } of came) {
      const partition = Math.floor(first / this.#positions)
      if (!this.#partitions.has(partition)) continue
      const wanted = { id, root, length, author, partition, height: since }
      this.#wanted.set(id, wanted)
      this.#goneAt.delete(id)
      added.push(wanted)
    }
    return { came: added, left: left.flatMap(({ id }) => (this.#goneAt.has(id) ? [id] : [])) }
  }

  /** Something of this blob is kept, and it is in no block of the chain up to here. */
  gone(id: string, height: number): void {
    if (!this.#goneAt.has(id)) this.#goneAt.set(id, height)
  }

  /** Those that left the chain so long ago that their bytes may go. */
  over(height: number): string[] {
    return [...this.#goneAt].flatMap(([id, at]) => (at + KEPT_BLOCKS <= height ? [id] : []))
  }

  /** Its bytes are gone. */
  forget(id: string): void {
    this.#goneAt.delete(id)
  }
}
