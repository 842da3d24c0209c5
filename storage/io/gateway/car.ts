import { CarWriter } from '@ipld/car'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { concatBytes, equalBytes, type Result, rejection } from '../../../src/lib/index.ts'
import { unixfsOptions } from '../../manifest/unixfs.ts'
import type { BlobReader } from '../../reading/blob-reader.ts'
import { type OpenBlob, openPath } from '../../reading/open-content.ts'

/** Why there is no CAR of something. */
export type CarReject =
  /** Longer than what is made at once. */
  | 'too-large'
  | 'no-such-path'
  /** The manifest names another CID than its content has. */
  | 'bad-cid'

/** All blocks are made, and their root compared, before the first is sent: so they are all in memory. */
const MAX_CAR_CONTENT = 32 << 20

/**
 * A file or a folder of a blob as a CAR (version 1) of its UnixFS blocks, the root first. CIDs are computed anew, and the
 * root compared with the one that the manifest names.
 */
export async function carOf(
  reader: BlobReader,
  blob: OpenBlob,
  path: string,
  signal: AbortSignal,
): Promise<Result<{ readonly bytes: Uint8Array; readonly cid: string }, CarReject>> {
  const prefix = path === '' ? '' : `${path}/`
  const files = blob.manifest?.files ?? []
  const file = files.find((one) => one.path === path)
  const wanted = file === undefined ? files.filter((one) => one.path.startsWith(prefix)) : [file]
  if (wanted.length === 0) return rejection('no-such-path', 'there is no file or folder that has a CID')
  const size = wanted.reduce((total, one) => total + one.size, 0)
  if (size > MAX_CAR_CONTENT)
    return rejection('too-large', `${size} bytes, at most ${MAX_CAR_CONTENT}: ask for its parts`)
  const blocks = new Map<string, { readonly cid: CID; readonly bytes: Uint8Array }>()
  const keep = {
    put: async (cid: CID, bytes: Uint8Array) => {
      blocks.set(cid.toString(), { cid, bytes })
      return cid
    },
  }
  async function* contents() {
    for (const one of wanted) {
      const opened = openPath(reader, blob, one.path)
      if (!opened.ok || opened.content.kind !== 'file') throw new RangeError(`${one.path} is not there`)
      const content = opened.content.read(0, one.size, signal)
      yield file === undefined ? { path: one.path.slice(prefix.length), content } : { content }
    }
  }
  let root: CID | undefined
  for await (const { cid } of importer(contents(), keep as never, unixfsOptions(file === undefined))) root = cid
  const named = file === undefined ? (path === '' ? blob.manifest?.cid : undefined) : file.cid
  if (root === undefined || (named !== undefined && !equalBytes(root.bytes, named))) {
    return rejection('bad-cid', 'the manifest names another CID than the content has')
  }
  return { ok: true, bytes: await written(root, blocks), cid: root.toString() }
}

async function written(
  root: CID,
  blocks: ReadonlyMap<string, { readonly cid: CID; readonly bytes: Uint8Array }>,
): Promise<Uint8Array> {
  const { writer, out } = CarWriter.create([root])
  const reading = (async () => {
    const pieces: Uint8Array[] = []
    for await (const piece of out) pieces.push(piece)
    return concatBytes(...pieces)
  })()
  // The importer ends with the root: from there down.
  for (const block of [...blocks.values()].reverse()) await writer.put(block as never)
  await writer.close()
  return await reading
}
