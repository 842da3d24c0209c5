import { FIELD_BYTES } from '../../src/bus/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'

/** Children of a node. */
export const ARITY = 16

/** Tags of the levels above the units, the lowest first: chunk, two between, root over 4,096 slots of chunks. */
const TAGS = [35, 36, 37, 38] as const
/** Those of the levels above the chunks. */
export const CHUNK_TAGS: readonly number[] = TAGS.slice(1)
/** Levels between a unit and the root, and between a chunk and the root. */
const UNIT_LEVELS: number = TAGS.length
const CHUNK_LEVELS: number = TAGS.length - 1

const SIBLINGS = ARITY - 1

/** Bytes of the path of a unit, and of a chunk: fifteen siblings a level, from below, each level in order. */
export const UNIT_PATH_BYTES: number = UNIT_LEVELS * SIBLINGS * FIELD_BYTES
export const CHUNK_PATH_BYTES: number = CHUNK_LEVELS * SIBLINGS * FIELD_BYTES

type Nodes = Pick<StorageKernel, 'treeNodes'>

/** The tree over a blob's units, from their roots: all nodes are in memory, 34 bytes a unit. */
export class BlobTree {
  /** Nodes of each level that are there, 32 bytes each; units first, the root last. */
  readonly #levels: readonly Uint8Array[]

  /** @param unitRoots of all units, 32 bytes each, a multiple of 16 of them */
  constructor(kernel: Nodes, unitRoots: Uint8Array) {
    const levels = [unitRoots]
    for (const tag of TAGS) levels.push(parents(kernel, tag, levels.at(-1) as Uint8Array))
    this.#levels = levels
  }

  get root(): Uint8Array {
    return (this.#levels.at(-1) as Uint8Array).slice()
  }

  unitPath(unit: number): Uint8Array {
    return this.#path(0, unit)
  }

  chunkPath(chunk: number): Uint8Array {
    return this.#path(1, chunk)
  }

  #path(from: number, index: number): Uint8Array {
    const path = new Uint8Array((TAGS.length - from) * SIBLINGS * FIELD_BYTES)
    let at = index
    for (let level = from; level < TAGS.length; level++) {
      const group = groupOf(this.#levels[level] as Uint8Array, Math.floor(at / ARITY))
      const digit = (at % ARITY) * FIELD_BYTES
      const place = (level - from) * SIBLINGS * FIELD_BYTES
      path.set(group.subarray(0, digit), place)
      path.set(group.subarray(digit + FIELD_BYTES), place + digit)
      at = Math.floor(at / ARITY)
    }
    return path
  }
}

/** The sixteen children of a node; zero where there is none. */
function groupOf(level: Uint8Array, node: number): Uint8Array {
  const bytes = ARITY * FIELD_BYTES
  const group = new Uint8Array(bytes)
  group.set(level.subarray(node * bytes, (node + 1) * bytes))
  return group
}

/** Nodes above these; a node without any child is absent. */
function parents(kernel: Nodes, tag: number, children: Uint8Array): Uint8Array {
  const bytes = ARITY * FIELD_BYTES
  const whole = new Uint8Array(Math.ceil(children.length / bytes) * bytes)
  whole.set(children)
  return kernel.treeNodes(tag, whole)
}

/**
 * The root that a path leads to from a node below it.
 *
 * @param path of canonical elements; as many levels as it has are climbed
 */
export function rootOver(kernel: Nodes, node: Uint8Array, index: number, path: Uint8Array): Uint8Array {
  const levels = path.length / (SIBLINGS * FIELD_BYTES)
  return climb(kernel, TAGS.slice(TAGS.length - levels), node, index, path).top
}

/**
 * What a path shows on its way up from a node: the sixteen children of each node above, 512 bytes a level, and the topmost of
 * these nodes.
 *
 * @param tags of the levels above the node, the lowest first
 */
export function climb(
  kernel: Nodes,
  tags: readonly number[],
  node: Uint8Array,
  index: number,
  path: Uint8Array,
): { readonly groups: readonly Uint8Array[]; readonly top: Uint8Array } {
  const groups: Uint8Array[] = []
  let [top, at] = [node, index]
  for (const [level, tag] of tags.entries()) {
    const siblings = path.subarray(level * SIBLINGS * FIELD_BYTES, (level + 1) * SIBLINGS * FIELD_BYTES)
    const digit = (at % ARITY) * FIELD_BYTES
    const group = new Uint8Array(ARITY * FIELD_BYTES)
    group.set(siblings.subarray(0, digit))
    group.set(top, digit)
    group.set(siblings.subarray(digit), digit + FIELD_BYTES)
    groups.push(group)
    top = kernel.treeNodes(tag, group)
    at = Math.floor(at / ARITY)
  }
  return { groups, top }
}

/** The root of one chunk, from the roots of its sixteen units. */
export function chunkRoot(kernel: Nodes, unitRoots: Uint8Array): Uint8Array {
  return kernel.treeNodes(TAGS[0], unitRoots)
}
