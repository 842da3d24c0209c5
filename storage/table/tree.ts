import { encodeField, FIELD_BYTES } from '../../src/bus/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { ARITY } from '../blob/tree.ts'

const LEAF_TAG = 20
/** Tags of the levels above the leaves, the lowest first: 16^6 entries. */
export const TAGS = [41, 42, 43, 44, 45, 46] as const

/** Entries that a table holds at most. */
export const MAX_ENTRIES: number = ARITY ** TAGS.length

/** What a leaf is the hash of. */
export interface Leaf {
  /** 64 hex digits: 32 bytes, little-endian. */
  readonly id: string
  /** First of its positions. */
  readonly first: number
  readonly count: number
}

type Kernel = Pick<StorageKernel, 'poseidon' | 'treeNodes'>

/** P(20; id, first, count). */
export function leafHash(kernel: Kernel, { id, first, count }: Leaf): Uint8Array {
  const input = new Uint8Array(3 * FIELD_BYTES)
  input.set(hexToBytes(id))
  input.set(encodeField([BigInt(first), BigInt(count)]), FIELD_BYTES)
  return kernel.poseidon(LEAF_TAG, input)
}

/**
 * The 16-ary tree over a table's entries, in order; what is absent is zero. It grows and shrinks at its end: only the
 * nodes above what changed are hashed anew.
 */
export class TableTree {
  readonly #kernel: Kernel
  /** Nodes that are there, by level: leaves first, the root last. */
  readonly #levels: Uint8Array[][] = Array.from({ length: TAGS.length + 1 }, () => [])

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get length(): number {
    return (this.#levels[0] as Uint8Array[]).length
  }

  /** Zero where there are no entries. */
  get root(): Uint8Array {
    return (this.#levels[TAGS.length] as Uint8Array[])[0] ?? new Uint8Array(FIELD_BYTES)
  }

  append(leaves: readonly Leaf[]): void {
    const from = this.length
    for (const leaf of leaves) (this.#levels[0] as Uint8Array[]).push(leafHash(this.#kernel, leaf))
    if (leaves.length > 0) this.#climb(from)
  }

  truncate(length: number): void {
    if (length >= this.length) return
    ;(this.#levels[0] as Uint8Array[]).length = length
    this.#climb(Math.max(0, length - 1))
  }

  /**
   * Sixteen children less the one of the path, six times from below: 15 × 32 bytes a level. It leads to the root that the tree
   * had when it held so many entries.
   */
  path(index: number, length: number = this.length): Uint8Array {
    const path: Uint8Array[] = []
    let at = index
    for (let level = 0; level < TAGS.length; level++) {
      const first = at - (at % ARITY)
      for (let i = first; i < first + ARITY; i++) if (i !== at) path.push(this.#node(level, i, length))
      at = first / ARITY
    }
    const bytes = new Uint8Array(path.length * FIELD_BYTES)
    for (const [i, node] of path.entries()) bytes.set(node, i * FIELD_BYTES)
    return bytes
  }

  /** As it was when there were so many entries: of what lies above the last of them nothing is kept, it is hashed anew. */
  #node(level: number, index: number, length: number): Uint8Array {
    const span = ARITY ** level
    if (index * span >= length) return new Uint8Array(FIELD_BYTES)
    const kept = (this.#levels[level] as Uint8Array[])[index] as Uint8Array
    if (length === this.length || (index + 1) * span <= length) return kept
    const children = new Uint8Array(ARITY * FIELD_BYTES)
    for (let i = 0; i < ARITY; i++) children.set(this.#node(level - 1, index * ARITY + i, length), i * FIELD_BYTES)
    return this.#kernel.treeNodes(TAGS[level - 1] as number, children)
  }

  /** Everything above the leaves from this one on. */
  #climb(from: number): void {
    let first = from
    for (const [level, tag] of TAGS.entries()) {
      const below = this.#levels[level] as Uint8Array[]
      const above = this.#levels[level + 1] as Uint8Array[]
      first = Math.floor(first / ARITY)
      above.length = Math.ceil(below.length / ARITY)
      if (above.length <= first) continue
      const children = new Uint8Array((above.length - first) * ARITY * FIELD_BYTES)
      for (let i = first * ARITY; i < below.length; i++) {
        children.set(below[i] as Uint8Array, (i - first * ARITY) * FIELD_BYTES)
      }
      const nodes = this.#kernel.treeNodes(tag, children)
      for (let i = first; i < above.length; i++) {
        above[i] = nodes.slice((i - first) * FIELD_BYTES, (i - first + 1) * FIELD_BYTES)
      }
    }
  }
}
