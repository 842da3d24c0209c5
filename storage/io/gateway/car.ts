import { CarWriter } from '@ipld/car'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { concatBytes, equalBytes, type Result, rejection } from '../../../src/lib/index.ts'
import { unixfsOptions } from '../../manifest/unixfs.ts'
import type { BlobReader } from '../../reading/blob-reader.ts'
import { BoundedCache } from '../../reading/bounded-cache.ts'
import type { FileIndex } from '../../reading/file-index.ts'
import {
  type ContentReject,
  type OpenBlob,
  type OpenFile,
  openPath,
  whyUnreadable,
} from '../../reading/open-content.ts'
import { SharedWork } from '../../reading/shared-work.ts'
import { type CarEntry, type PlannedCar, planCar, RAW } from './car-plan.ts'

/** Why there is no CAR of something. */
export type CarReject =
  | ContentReject
  /** Longer than what is read twice for one answer. */
  | 'too-large'
  /** The manifest names another CID than its content has. */
  | 'bad-cid'
  /** As many others are being made as may be at a time. */
  | 'busy'

type Made = Result<{ readonly car: PlannedCar }, CarReject>

/** All of it is read before the first byte is sent: then the root is known, and compared with the manifest's. */
const MAX_CAR_CONTENT = 256 << 20
/** CARs that are made at the same time; each has up to all of the content above read and hashed. */
const AT_ONCE = 4
/** Of CARs whose blocks are known. */
const MAX_PLANS_BYTES = 32 << 20

/**
 * Files and folders of blobs as CARs (version 1) of their UnixFS blocks, the root first. CIDs are computed anew, and the root
 * compared with the one that the manifest names. Nodes are kept in memory; files' bytes are read again as they are sent.
 */
export class Cars {
  readonly #reader: BlobReader
  readonly #plans = new BoundedCache<PlannedCar>(MAX_PLANS_BYTES)
  /** One that several want is made once; one that nobody waits for any more is not. */
  readonly #making = new SharedWork<Made>(false)

  constructor(reader: BlobReader) {
    this.#reader = reader
  }

  async of(blob: OpenBlob, path: string, signal: AbortSignal): Promise<Made> {
    const key = `${blob.id}/${path}`
    const known = this.#plans.get(key)
    if (known !== undefined) return { ok: true, car: known }
    if (this.#making.size >= AT_ONCE && !this.#making.has(key)) {
      return rejection('busy', `${AT_ONCE} others are being made; ask again`)
    }
    return await this.#making.of(key, (ending) => this.#makeAndKeep(key, blob, path, ending), signal)
  }

  async #makeAndKeep(key: string, blob: OpenBlob, path: string, signal: AbortSignal): Promise<Made> {
    const made = await this.#make(blob, path, signal)
    if (made.ok) this.#plans.put(key, made.car, made.car.memory)
    return made
  }

  async #make(blob: OpenBlob, path: string, signal: AbortSignal): Promise<Made> {
    const { files } = blob
    const wanted = files === null ? [] : wantedOf(files, path)
    if (files === null || wanted.length === 0) {
      return rejection('no-such-path', 'there is no file or folder that has a CID')
    }
    const size = wanted.reduce((total, number) => total + files.file(number).size, 0)
    if (size > MAX_CAR_CONTENT)
      return rejection('too-large', `${size} bytes, at most ${MAX_CAR_CONTENT}: ask for its parts`)
    const single = files.find(path)
    const opened = wanted.map((number) => this.#open(blob, files.file(number).path))
    const prefix = path === '' ? '' : `${path}/`
    const blocks = await blocksOf(opened, single === null ? prefix.length : null, signal).catch((error) => {
      const why = whyUnreadable(error)
      if (why === null) throw error
      return why
    })
    if ('reject' in blocks) return blocks
    const { root, entries } = blocks
    const named = single === null ? (path === '' ? files.manifest.cid : undefined) : files.file(single).cid
    if (named !== undefined && !equalBytes(root.bytes, named)) {
      return rejection('bad-cid', 'the manifest names another CID than the content has')
    }
    return { ok: true, car: planCar(root.toString(), await headerOf(root), entries) }
  }

  #open(blob: OpenBlob, path: string): OpenFile {
    const opened = openPath(this.#reader, blob, path)
    if (!opened.ok || opened.content.kind !== 'file') throw new RangeError(`${path} is not there`)
    return opened.content
  }
}

/** Numbers of the one file, or of all below a folder. */
function wantedOf(files: FileIndex, path: string): number[] {
  const single = files.find(path)
  if (single !== null) return [single]
  const prefix = path === '' ? '' : `${path}/`
  return files.manifest.files.flatMap((file, number) => (file.path.startsWith(prefix) ? [number] : []))
}

/** The root's CID and all blocks, the root first: nodes with their bytes, others by where they are in which file. */
async function blocksOf(
  files: readonly OpenFile[],
  below: number | null,
  signal: AbortSignal,
): Promise<{ readonly root: CID; readonly entries: readonly CarEntry[] }> {
  const blocks = new Map<string, CarEntry>()
  let [file, at] = [files[0] as OpenFile, 0]
  const keep = {
    put: async (cid: CID, bytes: Uint8Array) => {
      const leaf = cid.code === RAW
      const content = leaf ? { length: bytes.length, file, offset: at } : { length: bytes.length, bytes }
      if (leaf) at += bytes.length
      // The last of equal ones, as if the first were written over: nodes stay above what they link.
      blocks.delete(cid.toString())
      blocks.set(cid.toString(), { cid: cid.bytes, ...content })
      return cid
    },
  }
  async function* contents() {
    for (const one of files) {
      ;[file, at] = [one, 0]
      const content = one.read(0, one.size, signal)
      yield below === null ? { content } : { path: one.path.slice(below), content }
      // Leaves are found again by the order in which they were made.
      if (at !== one.size) throw new RangeError(`${at} bytes of ${one.size} of a file were made into blocks`)
    }
  }
  let root: CID | undefined
  for await (const { cid } of importer(contents(), keep as never, unixfsOptions(below !== null))) root = cid
  if (root === undefined) throw new RangeError('nothing was made into blocks')
  return { root, entries: [...blocks.values()].reverse() }
}

async function headerOf(root: CID): Promise<Uint8Array> {
  const { writer, out } = CarWriter.create([root])
  const ended = writer.close()
  const pieces: Uint8Array[] = []
  for await (const piece of out) pieces.push(piece)
  await ended
  return concatBytes(...pieces)
}
