import { type ImporterOptions, importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

/** Bytes of a piece and links of a node, as `ipfs add --cid-version=1` has them (Kubo's profile `legacy-cid-v1`). */
const PIECE_BYTES = 262_144
const NODE_LINKS = 174
/** From so many bytes of links on a folder is a HAMT. */
const FOLDER_BYTES = 262_144

/** Content by path; an empty path where there is one file without a folder. */
export interface PathContent {
  readonly path: string
  readonly content: AsyncIterable<Uint8Array>
}

/** The names that IPFS gives to files and folders by their paths, and to all of it. */
export interface Cids {
  readonly root: Uint8Array
  readonly byPath: ReadonlyMap<string, Uint8Array>
}

/** Blocks are hashed and let go. */
const nowhere = { put: async (cid: never) => cid }

/** CIDs of a folder and all that is in it, or of one file with an empty path. All is read once, in order. */
export async function unixfsCids(source: AsyncIterable<PathContent>, folder: boolean): Promise<Cids> {
  const byPath = new Map<string, Uint8Array>()
  let root: Uint8Array | undefined
  const entries = importer(folder ? source : withoutPaths(source), nowhere as never, unixfsOptions(folder))
  // A folder comes after all that is in it.
  for await (const { cid, path = '' } of entries) {
    root = cid.bytes
    byPath.set(folder ? path : '', cid.bytes)
  }
  if (root === undefined) throw new RangeError('there is nothing to be named')
  return { root, byPath }
}

async function* withoutPaths(source: AsyncIterable<PathContent>) {
  for await (const { content } of source) yield { content }
}

/** How UnixFS nodes are made here; of a folder and all in it, or of one file. */
export function unixfsOptions(folder: boolean): ImporterOptions {
  return {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({ chunkSize: PIECE_BYTES }),
    layout: balanced({ maxChildrenPerNode: NODE_LINKS }),
    shardSplitThresholdBytes: FOLDER_BYTES,
    shardSplitStrategy: 'links-bytes',
    wrapWithDirectory: folder,
    fileImportConcurrency: 1,
    blockWriteConcurrency: 1,
  }
}
