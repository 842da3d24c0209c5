import { bytesToHex, concatBytes, equalBytes, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import { decodeManifest, type Manifest, type ManifestFile, rangesOf } from '../manifest/manifest.ts'
import type { BlobReader, BlobReject } from './blob-reader.ts'

/** Something that can be read at a path of a blob. */
export interface OpenFile {
  readonly kind: 'file'
  /** Null where the blob is no manifest: nobody says what it is. */
  readonly file: ManifestFile | null
  readonly path: string
  readonly type: string
  readonly size: number
  /** Verified bytes `start` … `end` − 1. Throws E_UNREADABLE where nobody gives them. */
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
/** A manifest is read whole: 10^5 files with long names fit. */
const MAX_MANIFEST_BYTES = 32 << 20
/** Of deterministic CBOR: a list of five, then a text of twelve letters. */
const BEGINNING = concatBytes(Uint8Array.of(0x85, 0x6c), new TextEncoder().encode('wsc-manifest'))

/** A blob with its manifest, where it is one. */
export interface OpenBlob {
  readonly id: string
  readonly length: number
  readonly manifest: Manifest | null
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
  const bytes = await beginning(reader, id, Math.min(length, BEGINNING.length), signal)
  if (!equalBytes(bytes, BEGINNING)) return { ok: true, blob: { id, length, manifest: null } }
  if (length > MAX_MANIFEST_BYTES) return rejection('bad-manifest', `${length} bytes, at most ${MAX_MANIFEST_BYTES}`)
  const decoded = decodeManifest(await beginning(reader, id, length, signal))
  if (!decoded.ok) return rejection('bad-manifest', `${decoded.reject}: ${decoded.detail}`)
  return { ok: true, blob: { id, length, manifest: decoded.manifest } }
}

async function beginning(reader: BlobReader, id: string, length: number, signal: AbortSignal | undefined) {
  const pieces: Uint8Array[] = []
  for await (const piece of reader.read(id, 0, length, signal)) pieces.push(piece)
  return concatBytes(...pieces)
}

/** What is at a path: a file, the index of a folder, or the folder itself. */
export function openPath(
  reader: BlobReader,
  { id, length, manifest }: OpenBlob,
  path: string,
  { folder = false, type }: { readonly folder?: boolean; readonly type?: string | null } = {},
): Result<{ readonly content: OpenFile | OpenFolder }, ContentReject> {
  const nothing = rejection('no-such-path', `there is nothing at ${JSON.stringify(path)}`)
  if (manifest === null) {
    if (path !== '') return nothing
    const read = (start: number, end: number, signal?: AbortSignal) => reader.read(id, start, end, signal)
    return { ok: true, content: { kind: 'file', file: null, path, type: type ?? UNKNOWN_TYPE, size: length, read } }
  }
  const at = (wanted: string) => manifest.files.findIndex((file) => file.path === wanted)
  const exact = at(path)
  // The one file of a manifest without a folder has no name, and may be asked for with a slash behind it or without.
  if (exact >= 0 && (!folder || path === '')) return { ok: true, content: openFile(reader, manifest, exact) }
  const prefix = path === '' ? '' : `${path}/`
  const index = at(prefix + INDEX)
  if (index >= 0) return { ok: true, content: openFile(reader, manifest, index) }
  const names = new Set<string>()
  for (const file of manifest.files) {
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
  const { manifest } = blob
  if (manifest === null) {
    const opened = openPath(reader, blob, path)
    return opened.ok && opened.content.kind === 'file' ? [{ ...opened.content, below: '' }] : []
  }
  const prefix = path === '' ? '' : `${path}/`
  return manifest.files.flatMap((file, number) => {
    if (file.path === path) return [{ ...openFile(reader, manifest, number), below: '' }]
    return file.path.startsWith(prefix)
      ? [{ ...openFile(reader, manifest, number), below: file.path.slice(prefix.length) }]
      : []
  })
}

function openFile(reader: BlobReader, manifest: Manifest, number: number): OpenFile {
  const file = manifest.files[number] as ManifestFile
  return {
    kind: 'file',
    file,
    path: file.path,
    type: file.type,
    size: file.size,
    read: (start, end, signal) => readRanges(reader, manifest, { number, start, end }, signal),
  }
}

async function* readRanges(
  reader: BlobReader,
  manifest: Manifest,
  { number, start, end }: { readonly number: number; readonly start: number; readonly end: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  let at = 0
  for (const { blob, offset, length } of rangesOf(manifest, number)) {
    throwIfAborted(signal)
    const [from, to] = [Math.max(start, at), Math.min(end, at + length)]
    if (from < to) {
      yield* reader.read(bytesToHex(blob.id), offset + from - at, offset + to - at, signal)
    }
    at += length
  }
}
