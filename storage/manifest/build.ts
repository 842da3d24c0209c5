import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes, type Rejection, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { type EncodedBlob, type EncodeOptions, encodeBlob } from '../blob/encode.ts'
import type { BlobStore } from '../blob/store.ts'
import { encodeManifest, MAX_MANIFEST_BYTES, type Manifest, type ManifestFile } from './manifest.ts'
import { mediaType } from './media-type.ts'
import { checkPath, clashing, comparePaths, MAX_FILES, type PathReject } from './path.ts'
import { type PathContent, unixfsCids } from './unixfs.ts'

/** A file to be stored. It is opened twice, and must be the same both times. */
export interface SourceFile {
  /** In its folder; empty for one file without a folder. */
  readonly path: string
  /** By which its media type is told; the path unless given. */
  readonly name?: string | undefined
  open(): AsyncIterable<Uint8Array>
}

/** Content as blobs, and the blob of the manifest that tells of them. */
export interface BuiltManifest {
  readonly manifest: Manifest
  /** Of content, in order. */
  readonly blobs: readonly EncodedBlob[]
  /** Of the manifest's own bytes: its id is the id of all of it. */
  readonly root: EncodedBlob
}

/** Why files are not stored. */
export type BuildReject =
  | PathReject
  | 'no-files'
  | 'too-many-files'
  /** A path is there twice, or is both a file and a folder. */
  | 'clashing-paths'
  /** A file was another when it was read again. */
  | 'changed'
  /** The manifest would be longer than a blob, or than what is read whole. */
  | 'manifest-too-long'

export interface BuildOptions extends Omit<EncodeOptions, 'maxBytes'> {
  /** The most that a blob may hold (`longestBlob`). */
  readonly blobBytes: number
  /** A store for each blob of content, counted from 0, and then for the manifest's. */
  storeFor(blob: number): Promise<BlobStore>
  /** When a blob is whole in its store. */
  onBlob?(blob: EncodedBlob, number: number): Promise<void>
}

/** Makes blobs and a manifest of files. The same files give the same ids, in whatever order they come. */
export async function buildManifest(
  kernel: StorageKernel,
  sources: readonly SourceFile[],
  options: BuildOptions,
): Promise<Result<BuiltManifest, BuildReject>> {
  const sorted = [...sources].sort((a, b) => comparePaths(a.path, b.path))
  const wrong = misfit(sorted.map(({ path }) => path))
  if (wrong !== null) return wrong
  const { cid, files } = await describe(sorted, options.signal)
  const blobs: EncodedBlob[] = []
  const content = new Content(sorted, files)
  const size = files.reduce((total, file) => total + file.size, 0)
  for (let left = size; left > 0; left -= (blobs.at(-1) as EncodedBlob).length) {
    const store = await options.storeFor(blobs.length)
    const made = await encodeBlob(kernel, content.next(Math.min(left, options.blobBytes)), store, options)
    if (!made.ok || content.changed !== null) return changed(content.changed)
    await options.onBlob?.(made.blob, blobs.length)
    blobs.push(made.blob)
  }
  if (!(await content.ends())) return changed(content.changed)
  const manifest = { cid, files, blobs: blobs.map(({ id, length }) => ({ id, length })) }
  const bytes = [encodeManifest(manifest)]
  const store = await options.storeFor(blobs.length)
  const maxBytes = Math.min(options.blobBytes, MAX_MANIFEST_BYTES)
  const made = await encodeBlob(kernel, each(bytes), store, { ...options, maxBytes })
  if (!made.ok) return rejection('manifest-too-long', `the manifest is too long for a blob: ${made.detail}`)
  await options.onBlob?.(made.blob, blobs.length)
  return { ok: true, manifest, blobs, root: made.blob }
}

function misfit(paths: readonly string[]): Rejection<BuildReject> | null {
  if (paths.length === 0) return rejection('no-files', 'there is no file')
  if (paths.length > MAX_FILES) return rejection('too-many-files', `more than ${MAX_FILES} files`)
  if (paths.length > 1 || paths[0] !== '') {
    for (const path of paths) {
      const checked = checkPath(path)
      if (!checked.ok) return rejection(checked.reject, `${JSON.stringify(path).slice(0, 200)}: ${checked.detail}`)
    }
  }
  const clash = clashing(paths)
  return clash === null ? null : rejection('clashing-paths', `${clash} is there twice, or below a file`)
}

function changed(path: string | null): Rejection<BuildReject> {
  return rejection('changed', `${path ?? 'a file'} was another when it was read again`)
}

/** Reads every file once. */
async function describe(
  sources: readonly SourceFile[],
  signal: AbortSignal | undefined,
): Promise<Pick<Manifest, 'cid' | 'files'>> {
  const read = new Map<string, { readonly size: number; readonly sha256: Uint8Array }>()
  async function* contents(): AsyncGenerator<PathContent, void> {
    for (const { path, open } of sources) yield { path, content: counted(path, open()) }
  }
  async function* counted(path: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    const hash = sha256.create()
    let size = 0
    for await (const piece of content) {
      throwIfAborted(signal)
      hash.update(piece)
      size += piece.length
      yield piece
    }
    read.set(path, { size, sha256: hash.digest() })
  }
  const { root, byPath } = await unixfsCids(contents(), sources[0]?.path !== '')
  const files = sources.map(({ path, name = path }): ManifestFile => {
    const facts = read.get(path)
    const cid = byPath.get(path)
    if (facts === undefined || cid === undefined) throw new RangeError(`${path} was not read`)
    return { path, type: mediaType(name), ...facts, cid }
  })
  return { cid: root, files }
}

/** All files read again, one after another; each is compared with what it was. */
class Content {
  readonly #pieces: AsyncGenerator<Uint8Array, void>
  #rest: Uint8Array = new Uint8Array(0)
  /** Path of a file that is another now. */
  changed: string | null = null

  constructor(sources: readonly SourceFile[], files: readonly ManifestFile[]) {
    this.#pieces = this.#read(sources, files)
  }

  /** The next so many bytes, or fewer where a file has become shorter. */
  async *next(bytes: number): AsyncGenerator<Uint8Array, void> {
    let left = bytes
    while (left > 0) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#pieces.next()
        if (done === true) return
        this.#rest = value
      }
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** Whether nothing is left, and nothing was another. */
  async ends(): Promise<boolean> {
    const { done } = await this.#pieces.next()
    return done === true && this.#rest.length === 0 && this.changed === null
  }

  async *#read(sources: readonly SourceFile[], files: readonly ManifestFile[]): AsyncGenerator<Uint8Array, void> {
    for (const [i, { path, open }] of sources.entries()) {
      const hash = sha256.create()
      for await (const piece of open()) {
        if (piece.length === 0) continue
        hash.update(piece)
        yield piece
      }
      if (!equalBytes(hash.digest(), (files[i] as ManifestFile).sha256)) {
        this.changed = path
        return
      }
    }
  }
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* pieces
}
