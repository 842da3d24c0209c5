import { encodeField, type PeerTransport } from '../../src/bus/index.ts'
import { bytesToHex, rejection } from '../../src/lib/index.ts'
import { blobId } from '../../storage/blob/id.ts'
import { blobShape, CODING } from '../../storage/blob/shape.ts'
import { BlobTree } from '../../storage/blob/tree.ts'
import { encodeBlob, MemoryStore, UNIT_BYTES } from '../../storage/index.ts'
import { pieceOf } from '../../storage/io/replica/piece-of.ts'
import { chunkKind, unitKind } from '../../storage/peers/piece-kinds.ts'
import { pieces, someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'

/** A blob with all that is needed to give its pieces. */
export interface TestBlob {
  readonly id: string
  readonly root: string
  readonly length: number
  readonly bytes: Uint8Array
  readonly tree: BlobTree
  readonly unitRoots: Uint8Array
  /** Of its first unit, where these are no bytes. */
  readonly elements?: readonly bigint[]
}

export async function blobWith(length: number, seed: number, spoil?: (units: Uint8Array) => void): Promise<TestBlob> {
  const store = new MemoryStore()
  const made = await encodeBlob(kernel, pieces(someBytes(length, seed)), store)
  if (!made.ok) throw new Error(made.detail)
  const bytes = store.bytes.slice()
  spoil?.(bytes)
  const unitRoots = await kernel.unitRoots(bytes)
  const tree = new BlobTree(kernel, unitRoots)
  const content = { root: tree.root, length, coding: CODING }
  return { id: bytesToHex(blobId(kernel, content)!), root: bytesToHex(tree.root), length, bytes, tree, unitRoots }
}

/** A blob like another whose first unit is of these elements, bytes or not: so an author may publish it. */
export async function blobOfElements(elements: readonly bigint[]): Promise<TestBlob> {
  const like = await blobWith(3 * UNIT_BYTES, 13)
  const rows = kernel.treeNodes(33, encodeField(elements))
  const unitRoots = like.unitRoots.slice()
  unitRoots.set(kernel.treeNodes(34, rows))
  const tree = new BlobTree(kernel, unitRoots)
  const content = { root: tree.root, length: like.length, coding: CODING }
  const id = bytesToHex(blobId(kernel, content)!)
  return { ...like, id, root: bytesToHex(tree.root), tree, unitRoots, elements }
}

/** Alters the first parity unit: the tree is right, and the code is not. */
export function wrongParity(length: number): (units: Uint8Array) => void {
  return (units) => units.set([1, 2, 3], blobShape(length).dataUnits * UNIT_BYTES)
}

export interface Giving {
  readonly withholdsChunk?: (chunk: number) => boolean
  readonly withholdsUnit?: (unit: number) => boolean
  readonly lies?: boolean
  /** What is asked for is given once this resolves. */
  readonly after?: Promise<unknown>
}

/** Gives these blobs to peers, as far as it is told to. */
export async function giveBlobs(
  transport: PeerTransport,
  blobs: readonly TestBlob[],
  { withholdsChunk, withholdsUnit, lies, after }: Giving = {},
): Promise<void> {
  const answer =
    (kind: 'chunk' | 'unit') =>
    async ({ id, index }: { id: Uint8Array; index: number }) => {
      await after
      const blob = blobs.find((one) => one.id === bytesToHex(id))
      const withholds = kind === 'chunk' ? withholdsChunk : withholdsUnit
      if (blob === undefined || withholds?.(index)) return rejection('not-here', 'it is not here')
      const piece = await pieceOf(async (chunk) => chunkOf(blob, chunk), kind, index)
      if (lies) piece!.bytes[5]! ^= 1
      return { ok: true, frames: [piece!] } as const
    }
  await transport.answer(chunkKind, answer('chunk'))
  await transport.answer(unitKind, answer('unit'))
}

function chunkOf({ bytes, tree, unitRoots }: TestBlob, chunk: number) {
  const [size, roots] = [16 * UNIT_BYTES, 16 * 32]
  return {
    bytes: bytes.slice(chunk * size, (chunk + 1) * size),
    path: tree.chunkPath(chunk),
    unitRoots: unitRoots.slice(chunk * roots, (chunk + 1) * roots),
  }
}
