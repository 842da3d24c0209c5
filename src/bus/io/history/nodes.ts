import { concatBytes } from '../../../lib/index.ts'
import { LEAF, LIST, NODE } from '../../accumulator.ts'
import { FIELD_BYTES } from '../../field.ts'
import { LEAF_BYTES, leafInputs } from '../../leaf.ts'
import { treeSizes } from '../../path-plan.ts'

/** circomlib's PoseidonEx(3, 1) in batches, as addon and WASM have it: k · 96 bytes in, k · 32 out. */
export interface PoseidonSource {
  poseidon(tag: number, inputs: Uint8Array): Uint8Array
}

/** A block's leaf, then the root of the tree that it closes. */
export const RECORD_BYTES = LEAF_BYTES + FIELD_BYTES

/** Hashes of leaves, which come one after another. */
export function leafHashes(source: PoseidonSource, leaves: Uint8Array): Uint8Array {
  return source.poseidon(LEAF, leafInputs(leaves))
}

/**
 * Records of leaves appended to a history of `count` leaves. `peakRoot` gives the roots of that history's trees by
 * node number. Poseidon is asked once for all leaves and once for each size of tree.
 */
export function appendedRecords(
  source: PoseidonSource,
  history: { readonly count: number; readonly peakRoot: (node: number) => Uint8Array },
  leaves: Uint8Array,
): Uint8Array {
  const added = leaves.length / LEAF_BYTES
  const hashes = leafHashes(source, leaves)
  const roots = hashes.slice()
  const rootOf = (node: number) => (node < history.count ? history.peakRoot(node) : slot(roots, node - history.count))
  for (const [size, members] of groupBySize(history.count, added)) {
    const half = (size - 1) / 2
    const inputs = members.flatMap((i) => {
      const node = history.count + i
      return [slot(hashes, i), rootOf(node - 1 - half), rootOf(node - 1)]
    })
    const made = source.poseidon(NODE, concatBytes(...inputs))
    members.forEach((i, k) => {
      roots.set(slot(made, k), i * FIELD_BYTES)
    })
  }
  const records = new Uint8Array(added * RECORD_BYTES)
  for (let i = 0; i < added; i++) {
    records.set(leaves.subarray(i * LEAF_BYTES, (i + 1) * LEAF_BYTES), i * RECORD_BYTES)
    records.set(slot(roots, i), i * RECORD_BYTES + LEAF_BYTES)
  }
  return records
}

const slot = (bytes: Uint8Array, i: number) => bytes.subarray(i * FIELD_BYTES, (i + 1) * FIELD_BYTES)

/** Which of the added leaves close a tree of more than one, by its size, smallest first: halves come before wholes. */
function groupBySize(count: number, added: number): [size: number, members: number[]][] {
  const sizes = treeSizes(count)
  const groups = new Map<number, number[]>()
  for (let i = 0; i < added; i++) {
    const newest = sizes.at(-1)
    if (newest === undefined || newest !== sizes.at(-2)) {
      sizes.push(1)
      continue
    }
    const size = 2 * newest + 1
    sizes.splice(-2, 2, size)
    const members = groups.get(size)
    if (members === undefined) groups.set(size, [i])
    else members.push(i)
  }
  return [...groups].sort(([a], [b]) => a - b)
}

/** Commitment of a list of trees, oldest first; roots and result as 32 bytes. */
export function listCommitment(
  source: PoseidonSource,
  trees: readonly { readonly root: Uint8Array; readonly size: number }[],
): Uint8Array {
  let commitment = source.poseidon(LIST, new Uint8Array(3 * FIELD_BYTES))
  for (const { root, size } of trees) {
    const sizeBytes = new Uint8Array(FIELD_BYTES)
    new DataView(sizeBytes.buffer).setBigUint64(0, BigInt(size), true)
    commitment = source.poseidon(LIST, concatBytes(root, sizeBytes, commitment))
  }
  return commitment
}
