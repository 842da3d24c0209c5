import { decodeField } from '../../src/bus/index.ts'
import { equalBytes, type Result, rejection } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import type { BlobContent } from './id.ts'
import { blobShape, CHUNK_BYTES, CODING, isBlobLength, UNIT_BYTES } from './shape.ts'
import { CHUNK_PATH_BYTES, chunkRoot, rootOver, UNIT_PATH_BYTES } from './tree.ts'

/** Why bytes are not those of a blob's unit or chunk. */
export type PieceReject =
  /** No blob has such a length, root or coding. */
  | 'no-such-blob'
  /** The blob has fewer of them. */
  | 'no-such-piece'
  | 'bad-length'
  /** The path has another length, or what is no canonical field element. */
  | 'path-malformed'
  /** It leads to another root. */
  | 'wrong-root'

type Kernel = Pick<StorageKernel, 'unitRoots' | 'treeNodes'>

/** A unit or chunk as it is sent: its number in the blob, its bytes, and its path to the blob's root. */
export interface Piece {
  readonly index: number
  readonly bytes: Uint8Array
  readonly path: Uint8Array
}

/** Whether these are the bytes of a blob's unit. What they are given must follow from the blob's id (`blobId`). */
export async function verifyUnit(
  kernel: Kernel,
  blob: BlobContent,
  piece: Piece,
): Promise<Result<object, PieceReject>> {
  const wrong = misfit(blob, piece, { bytes: UNIT_BYTES, path: UNIT_PATH_BYTES, count: 'units' })
  if (wrong !== null) return wrong
  return compare(kernel, blob, piece, await kernel.unitRoots(piece.bytes))
}

/** The same of a chunk, sixteen units at once; what they hash to, 32 bytes each, comes with it. */
export async function verifyChunk(
  kernel: Kernel,
  blob: BlobContent,
  piece: Piece,
): Promise<Result<{ readonly unitRoots: Uint8Array }, PieceReject>> {
  const wrong = misfit(blob, piece, { bytes: CHUNK_BYTES, path: CHUNK_PATH_BYTES, count: 'chunks' })
  if (wrong !== null) return wrong
  const unitRoots = await kernel.unitRoots(piece.bytes)
  const compared = compare(kernel, blob, piece, chunkRoot(kernel, unitRoots))
  return compared.ok ? { ok: true, unitRoots } : compared
}

function misfit(
  { length, coding, root }: BlobContent,
  { index, bytes, path }: Piece,
  wanted: { readonly bytes: number; readonly path: number; readonly count: 'units' | 'chunks' },
) {
  if (!isBlobLength(length) || coding !== CODING || root.length !== 32 || decodeField(root) === null) {
    return rejection('no-such-blob', `no blob has length ${length}, coding ${coding} and this root`)
  }
  const count = blobShape(length)[wanted.count]
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) {
    return rejection('no-such-piece', `the blob has ${count} ${wanted.count}, and none of number ${index}`)
  }
  if (bytes.length !== wanted.bytes) return rejection('bad-length', `${bytes.length} bytes, not ${wanted.bytes}`)
  if (path.length !== wanted.path || decodeField(path) === null) {
    return rejection('path-malformed', `a path is ${wanted.path / 32} canonical elements`)
  }
  return null
}

function compare(kernel: Kernel, blob: BlobContent, { index, path }: Piece, node: Uint8Array) {
  if (equalBytes(rootOver(kernel, node, index, path), blob.root)) return { ok: true } as const
  return rejection('wrong-root', `number ${index} of the blob has other bytes, or the path is another's`)
}
