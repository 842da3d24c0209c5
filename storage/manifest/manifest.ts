import * as z from 'zod'
import { type Result, rejection } from '../../src/lib/index.ts'
import { decodeCbor, encodeCbor } from '../../src/settlement/index.ts'
import { MAX_BLOB_BYTES } from '../blob/shape.ts'
import { checkPath, clashing, comparePaths, MAX_FILES } from './path.ts'

/** First element of every manifest: what else is a blob cannot be taken for one by chance. */
const MARK = 'wsc-manifest'
const VERSION = 1
/** Rows in lists in the whole, and what is in a row; the decoder counts what it begins and what it ends. */
const DEPTH = 6

/** A manifest is read whole, so a longer one is not made. 10^5 files with names of some 200 bytes fit. */
export const MAX_MANIFEST_BYTES: number = 32 << 20

/** CIDv1 (raw or dag-pb) of a SHA-256: what UnixFS gives. */
const CID_BYTES = 36

/** A file of a manifest. */
export interface ManifestFile {
  /** Names with `/` between them; empty where the manifest is of one file without a folder. */
  readonly path: string
  /** Media type. */
  readonly type: string
  readonly size: number
  readonly sha256: Uint8Array
  /** Of the file in UnixFS, as `ipfs add --cid-version=1` gives it: 36 bytes. */
  readonly cid: Uint8Array
}

/** A blob that a manifest's content lies in. */
export interface ManifestBlob {
  readonly id: Uint8Array
  readonly length: number
}

/**
 * Files, and where they are: one after another, in order, through the blobs in order. So small files share a blob, one
 * that is longer than a blob is in several, and nothing else can be said.
 */
export interface Manifest {
  /** Of the folder, or of the one file: 36 bytes. */
  readonly cid: Uint8Array
  readonly blobs: readonly ManifestBlob[]
  readonly files: readonly ManifestFile[]
}

/** Why bytes are no manifest. */
export type ManifestReject =
  | 'not-cbor'
  | 'not-deterministic'
  /** Not marked as one. */
  | 'no-manifest'
  | 'unknown-version'
  | 'bad-manifest'
  | 'bad-path'
  /** A path is there twice, out of order, or both a file and a folder. */
  | 'clashing-paths'
  /** Files and blobs are of different lengths in all. */
  | 'bad-lengths'

const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `must have ${length} bytes`)

const cidSchema = bytes(CID_BYTES).refine(
  ([version, codec, hash, length]) =>
    version === 1 && (codec === 0x55 || codec === 0x70) && hash === 0x12 && length === 0x20,
  'must be a CIDv1 of a SHA-256',
)

const shape = z.tuple([
  z.literal(MARK),
  z.literal(VERSION),
  cidSchema,
  z.array(z.tuple([bytes(32), z.int().min(1).max(MAX_BLOB_BYTES)])).max(MAX_FILES),
  z
    .array(
      z.tuple([
        z.string(),
        z
          .string()
          .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/)
          .max(127),
        z.int().min(0).max(Number.MAX_SAFE_INTEGER),
        bytes(32),
        cidSchema,
      ]),
    )
    .min(1)
    .max(MAX_FILES),
])

/**
 * A manifest's bytes: deterministic CBOR of
 *
 *     ["wsc-manifest", 1, cid, [[blob id, length], …], [[path, type, size, SHA-256, cid], …]]
 */
export function encodeManifest({ cid, blobs, files }: Manifest): Uint8Array {
  return encodeCbor([
    MARK,
    VERSION,
    cid,
    blobs.map(({ id, length }) => [id, length]),
    files.map(({ path, type, size, sha256, cid }) => [path, type, size, sha256, cid]),
  ])
}

const refuse = (reject: ManifestReject, detail: string) => rejection(reject, detail)

/** Reads a manifest, which may be anybody's: every path stays within a folder, and lengths agree. */
export function decodeManifest(bytes: Uint8Array): Result<{ readonly manifest: Manifest }, ManifestReject> {
  const cbor = decodeCbor(bytes, DEPTH)
  if (!cbor.ok) return cbor
  const { value } = cbor
  if (!Array.isArray(value) || value[0] !== MARK) return refuse('no-manifest', `it does not begin with ${MARK}`)
  if (value[1] !== VERSION) return refuse('unknown-version', `version ${String(value[1])}`.slice(0, 40))
  const parsed = shape.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return refuse('bad-manifest', `${issue?.path.join('.')}: ${issue?.message}`.slice(0, 200))
  }
  const [, , cid, blobs, rows] = parsed.data
  const files = rows.map(([path, type, size, sha256, cid]): ManifestFile => ({ path, type, size, sha256, cid }))
  const manifest = { cid, blobs: blobs.map(([id, length]) => ({ id, length })), files }
  return checkFiles(manifest) ?? { ok: true, manifest }
}

function checkFiles({ blobs, files }: Manifest) {
  const paths = files.map(({ path }) => path)
  if (files.length > 1 || paths[0] !== '') {
    for (const path of paths) {
      const checked = checkPath(path)
      if (!checked.ok) return refuse('bad-path', `${checked.reject}: ${checked.detail}`)
    }
  }
  for (let i = 1; i < paths.length; i++) {
    if (comparePaths(paths[i - 1] as string, paths[i] as string) >= 0)
      return refuse('clashing-paths', 'paths are not in order')
  }
  const clash = clashing(paths)
  if (clash !== null) return refuse('clashing-paths', `${clash} is below a file`)
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0)
  const [content, held] = [sum(files.map(({ size }) => size)), sum(blobs.map(({ length }) => length))]
  if (content === held && Number.isSafeInteger(content)) return null
  return refuse('bad-lengths', `${content} bytes in files, ${held} in blobs`)
}

/** A part of a blob's content. */
export interface BlobRange {
  readonly blob: ManifestBlob
  readonly offset: number
  readonly length: number
}

/**
 * Where bytes `from` … `to` − 1 of all content are, in order. It is looked for from the blob `first` on, which begins at
 * `start`, not after `from`.
 */
export function rangesBetween(
  blobs: readonly ManifestBlob[],
  from: number,
  to: number,
  { first = 0, start = 0 } = {},
): BlobRange[] {
  const ranges: BlobRange[] = []
  for (let number = first, at = start; at < to && number < blobs.length; number++) {
    const blob = blobs[number] as ManifestBlob
    const offset = Math.max(0, from - at)
    const length = Math.min(blob.length, to - at) - offset
    if (length > 0) ranges.push({ blob, offset, length })
    at += blob.length
  }
  return ranges
}
