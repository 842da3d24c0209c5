import type { StorageKernel } from '../../src/proving/index.ts'
import { partitionPositions, type StorageParams } from '../params.ts'
import type { BlobClaim } from '../records/judge.ts'
import { MAX_ENTRIES, TableTree } from './tree.ts'

/** A blob that counts, with its positions. */
export interface TableEntry extends Omit<BlobClaim, 'kind'> {
  /** Of the block from which on it counts. */
  readonly height: number
  /** Its positions are `first` … `first` + `chunks` − 1. */
  readonly first: number
}

/** A partition and how far it is used. */
export interface Partition {
  readonly number: number
  /** First of its positions. */
  readonly first: number
  /** Used positions, from the first on. */
  readonly fill: number
  /** Nothing is added to it any more. */
  readonly closed: boolean
}

/** Why a blob that is right by itself has no place. */
export type PlacingReject = 'known-id' | 'table-full'

/** The root from one height on, until the next of these. */
interface Change {
  readonly height: number
  /** Entries before it. */
  readonly before: number
  readonly root: Uint8Array
}

/** The part of the table that blobs make: entries in order, their positions, the tree over them. */
export class BlobTable {
  readonly #params: StorageParams
  readonly #entries: TableEntry[] = []
  readonly #byId = new Map<string, number>()
  readonly #tree: TableTree
  readonly #changes: Change[] = []

  constructor(kernel: Pick<StorageKernel, 'poseidon' | 'treeNodes'>, params: StorageParams) {
    this.#params = params
    this.#tree = new TableTree(kernel)
  }

  get entries(): readonly TableEntry[] {
    return this.#entries
  }

  entry(id: string): TableEntry | null {
    const at = this.#byId.get(id)
    return at === undefined ? null : (this.#entries[at] as TableEntry)
  }

  /** Of an entry, for proofs: its number, and the path from its leaf to the root as of a block; null where it was not there. */
  proofAt(id: string, height: number): { readonly number: number; readonly path: Uint8Array } | null {
    const number = this.#byId.get(id)
    const length = this.#countAt(height)
    return number === undefined || number >= length ? null : { number, path: this.#tree.path(number, length) }
  }

  /** Adds the blobs of one block in order; for each, null or why it has no place. */
  apply(height: number, blobs: readonly BlobClaim[]): (PlacingReject | null)[] {
    const before = this.#entries.length
    const rejects = blobs.map(({ kind: _, ...blob }) => {
      if (this.#byId.has(blob.id)) return 'known-id'
      if (this.#entries.length >= MAX_ENTRIES) return 'table-full'
      this.#byId.set(blob.id, this.#entries.length)
      const [first] = this.placesOf([blob.chunks]) as [number]
      this.#entries.push({ ...blob, height, first })
      return null
    })
    if (this.#entries.length === before) return rejects
    this.#tree.append(this.#entries.slice(before).map(({ id, first, chunks }) => ({ id, first, count: chunks })))
    this.#changes.push({ height, before, root: this.#tree.root })
    return rejects
  }

  /** Takes out what the block of this height added. */
  undo(height: number): void {
    const last = this.#changes.at(-1)
    if (last === undefined || last.height !== height) return
    this.#changes.pop()
    for (const { id } of this.#entries.splice(last.before)) this.#byId.delete(id)
    this.#tree.truncate(last.before)
  }

  /** The root as of a block of the chain, 32 bytes, little-endian; zero where nothing counted yet. */
  rootAt(height: number): Uint8Array {
    return this.#changeAt(height)?.root ?? new Uint8Array(32)
  }

  /** The partitions as of a block. */
  partitionsAt(height: number): Partition[] {
    const last = this.#entries[this.#countAt(height) - 1]
    const size = partitionPositions(this.#params)
    if (last === undefined) return []
    const end = last.first + last.chunks
    const fills = new Map<number, number>()
    for (let i = 0, count = this.#countAt(height); i < count; i++) {
      const { first, chunks } = this.#entries[i] as TableEntry
      const number = Math.floor(first / size)
      fills.set(number, (fills.get(number) ?? 0) + chunks)
    }
    // One that a blob did not fit into any more ends before its last position, and the blob's end lies beyond it.
    return [...fills].map(([number, fill]) => {
      return { number, first: number * size, fill, closed: end >= (number + 1) * size }
    })
  }

  /** The entry that a position belonged to as of a block; null where it is free. */
  at(position: number, height: number): TableEntry | null {
    const entry = this.#lastUpTo(position, height)
    return entry !== undefined && position < entry.first + entry.chunks ? entry : null
  }

  /** Used positions of a partition as of a block: they are its first ones. */
  fillAt(partition: number, height: number): number {
    const size = partitionPositions(this.#params)
    const [first, next] = [partition * size, (partition + 1) * size]
    const last = this.#lastUpTo(next - 1, height)
    return last === undefined || last.first < first ? 0 : last.first + last.chunks - first
  }

  /** The last entry that begins at this position or before it, as of a block. */
  #lastUpTo(position: number, height: number): TableEntry | undefined {
    let [low, high] = [0, this.#countAt(height)]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#entries[middle] as TableEntry).first <= position) low = middle + 1
      else high = middle
    }
    return this.#entries[low - 1]
  }

  /**
   * First positions of blobs of so many chunks that come next, one after another: each the next free one, or the next
   * partition's first where the blob would reach over the end of one.
   */
  placesOf(chunks: readonly number[]): number[] {
    const last = this.#entries.at(-1)
    let next = last === undefined ? 0 : last.first + last.chunks
    const size = partitionPositions(this.#params)
    return chunks.map((count) => {
      const rest = size - (next % size)
      const first = count <= rest ? next : next + rest
      next = first + count
      return first
    })
  }

  #countAt(height: number): number {
    const at = this.#changes.findLastIndex((change) => change.height <= height)
    return at < 0 ? 0 : (this.#changes[at + 1]?.before ?? this.#entries.length)
  }

  #changeAt(height: number): Change | undefined {
    return this.#changes.findLast((change) => change.height <= height)
  }
}
