import {
  bytesToHex,
  concatBytes,
  equalBytes,
  errorCode,
  type Rejection,
  type Result,
  rejection,
} from '../../src/lib/index.ts'
import { decodeManifest, MAX_MANIFEST_BYTES, type ManifestFile } from '../manifest/manifest.ts'
import type { BlobReject } from './ask-sources.ts'
import { type BlobReader, unreadable } from './blob-reader.ts'
import { FileIndex } from './file-index.ts'

/** Something that can be read at a path of a blob. */
export interface OpenFile {
  readonly kind: 'file'
  /** Null where the blob is no manifest: nobody says what it is. */
  readonly file: ManifestFile | null
  readonly path: string
  readonly type: string
  readonly size: number
  /**
   * Verified bytes `start` … `end` − 1. Throws E_UNREADABLE, with a rejection (`ContentReject`) as its cause, where nobody
   * gives them, or the manifest says what is not so. Of a file that is read whole the SHA-256 is compared with the one
   * that the manifest names, before the last piece is given.
   */
  read(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void>
}

/** A folder without an index of its own. */
export interface OpenFolder {
  readonly kind: 'folder'
  readonly path: string
  /** What it holds, in order; folders end in a slash. */
  readonly names: readonly string[]
}

/** Why nothing is read at a path. */
export type ContentReject =
  | BlobReject
  /** The manifest has nothing there. */
  | 'no-such-path'
  /** It begins like a manifest and is none, or says of a blob what is not so. */
  | 'bad-manifest'

/** Bytes of any blob's content where nothing says what they are. */
const UNKNOWN_TYPE = 'application/octet-stream'
const INDEX = 'index.html'
/** Of deterministic CBOR: a list of five, then a text of twelve letters. */
const BEGINNING = concatBytes(Uint8Array.of(0x85, 0x6c), new TextEncoder().encode('wsc-manifest'))

/** A blob with the files of its manifest, where it is one. */
export interface OpenBlob {
  readonly id: string
  readonly length: number
  readonly files: FileIndex | null
}

/** Reads what a blob is: its manifest, or that it is none. */
export async function openBlob(
  reader: BlobReader,
  id: string,
  signal?: AbortSignal,
): Promise<Result<{ readonly blob: OpenBlob }, ContentReject>> {
  const found = await reader.content(id, signal)
  if (!found.ok) return found
  const { length } = found.content
  const beginning = await reader.bytes(id, 0, Math.min(length, BEGINNING.length), signal)
  if (!beginning.ok) return beginning
  if (!equalBytes(beginning.bytes, BEGINNING)) return { ok: true, blob: { id, length, files: null } }
  if (length > MAX_MANIFEST_BYTES) return rejection('bad-manifest', `${length} bytes, at most ${MAX_MANIFEST_BYTES}`)
  const all = await reader.bytes(id, 0, length, signal)
  if (!all.ok) return all
  const decoded = decodeManifest(all.bytes)
  if (!decoded.ok) return rejection('bad-manifest', `${decoded.reject}: ${decoded.detail}`)
  return { ok: true, blob: { id, length, files: new FileIndex(decoded.manifest) } }
}

/** What is at a path: a file, the index of a folder, or the folder itself. */
export function openPath(
  reader: BlobReader,
  { id, length, files }: OpenBlob,
  path: string,
  { folder = false, type }: { readonly folder?: boolean; readonly type?: string | null } = {},
): Result<{ readonly content: OpenFile | OpenFolder }, ContentReject> {
  const nothing = rejection('no-such-path', `there is nothing at ${JSON.stringify(path)}`)
  if (files === null) {
    if (path !== '') return nothing
    const read = (start: number, end: number, signal?: AbortSignal) => reader.read(id, start, end, signal)
    return { ok: true, content: { kind: 'file', file: null, path, type: type ?? UNKNOWN_TYPE, size: length, read } }
  }
  const exact = files.find(path)
  // The one file of a manifest without a folder has no name, and may be asked for with a slash behind it or without.
  if (exact !== null && (!folder || path === '')) return { ok: true, content: openFile(reader, files, exact) }
  const prefix = path === '' ? '' : `${path}/`
  const index = files.find(prefix + INDEX)
  if (index !== null) return { ok: true, content: openFile(reader, files, index) }
  const names = new Set<string>()
  for (const file of files.manifest.files) {
    if (!file.path.startsWith(prefix)) continue
    const rest = file.path.slice(prefix.length)
    const slash = rest.indexOf('/')
    names.add(slash < 0 ? rest : rest.slice(0, slash + 1))
  }
  return names.size === 0 ? nothing : { ok: true, content: { kind: 'folder', path, names: [...names] } }
}

/** A file, with its path from the folder that was asked for on; empty where it was asked for itself. */
export interface FileBelow extends OpenFile {
  readonly below: string
}

/** The file at a path, or all files below it, in order. */
export function filesBelow(reader: BlobReader, blob: OpenBlob, path: string): FileBelow[] {
  const { files } = blob
  if (files === null) {
    const opened = openPath(reader, blob, path)
    return opened.ok && opened.content.kind === 'file' ? [{ ...opened.content, below: '' }] : []
  }
  const prefix = path === '' ? '' : `${path}/`
  return files.manifest.files.flatMap((file, number) => {
    if (file.path === path) return [{ ...openFile(reader, files, number), below: '' }]
    return file.path.startsWith(prefix)
      ? [{ ...openFile(reader, files, number), below: file.path.slice(prefix.length) }]
      : []
  })
}

function openFile(reader: BlobReader, files: FileIndex, number: number): OpenFile {
  const file = files.file(number)
  return {
    kind: 'file',
    file,
    path: file.path,
    type: file.type,
    size: file.size,
    read(start, end, signal) {
      const whole = start === 0 && end === file.size
      const read = { files, number, start, end }
      return whole && !files.isChecked(number) ? readWhole(reader, read, signal) : readRange(reader, read, signal)
    },
  }
}

interface FileRange {
  readonly files: FileIndex
  readonly number: number
  readonly start: number
  readonly end: number
}

/** The last piece is held back until all of the file is what the manifest says. */
async function* readWhole(
  reader: BlobReader,
  read: FileRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const { files, number } = read
  const { path, sha256 } = files.file(number)
  const hash = reader.hasher()
  let held: Uint8Array | null = null
  for await (const piece of readRange(reader, read, signal)) {
    if (held !== null) yield held
    hash.update(piece)
    held = piece
  }
  if (!equalBytes(hash.digest(), sha256)) throw falseManifest(`${path} has another SHA-256 than it names`)
  files.setChecked(number)
  if (held !== null) yield held
}

async function* readRange(
  reader: BlobReader,
  { files, number, start, end }: FileRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  for (const { blob, offset, length } of files.ranges(number, start, end)) {
    const id = bytesToHex(blob.id)
    const found = await reader.content(id, signal)
    if (!found.ok) throw unreadable(found)
    const there = found.content.length
    if (there !== blob.length) throw falseManifest(`blob ${id} has ${there} bytes, and it says ${blob.length}`)
    yield* reader.read(id, offset, offset + length, signal)
  }
}

/** Why a stream ended that could not go on; null where something else was thrown. */
export function whyUnreadable(error: unknown): Rejection<ContentReject> | null {
  if (errorCode(error) !== 'E_UNREADABLE') return null
  const { cause } = error as { readonly cause?: Partial<Rejection<ContentReject>> }
  return cause?.ok === false ? (cause as Rejection<ContentReject>) : null
}

function falseManifest(detail: string): Error {
  return unreadable(rejection('bad-manifest', `the manifest says what is not so: ${detail}`))
}
