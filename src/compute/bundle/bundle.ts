import { ByteReader, compactSize, type DecodeReject, decoding } from '../../bitcoin/index.ts'
import { bytesToHex, concatBytes, equalBytes, hexToBytes, type Result, rejection, utf8 } from '../../lib/index.ts'
import { checkPaths, MAX_PATH_BYTES, type PathReject } from './paths.ts'

/**
 * A program as one file, from which anybody builds it anew, version 1; numbers are Bitcoin's CompactSize in their shortest
 * form:
 *
 *     4 "WSCB"   1 version   32 program id   32 circuit id   32 key id   length, what the circuit was compiled by
 *     number of files, then of each: length, path   length, content
 *
 * Paths ascend by their bytes, so that the same files make the same bundle. `graph/` holds the graph's own folder as far as the
 * program is made of it (manifest, circuits, vectors), `packages/` the sources that its circuits include from packages, by
 * the names by which they do, `setup/` keys that nobody can make anew. The three ids are what the publisher says they are:
 * who builds the program compares.
 */
export interface Bundle {
  readonly claims: BundleClaims
  readonly files: readonly BundleFile[]
}

/** What the publisher says that the program is. */
export interface BundleClaims {
  /** 32 bytes. */
  readonly program: Uint8Array
  /** 64 hex digits. */
  readonly circuitId: string
  readonly keyId: string
  /** Compiler, its version and its flags: another one has other ids of circuits. */
  readonly compiler: string
}

export interface BundleFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Why bytes are no bundle at all. */
export type BundleReject = 'not-a-bundle' | 'unsupported-version' | 'malformed' | PathReject | DecodeReject

const MAGIC = new TextEncoder().encode('WSCB')
const VERSION = 1
const ID_BYTES = 32
const MAX_COMPILER_BYTES = 200
const MAX_FILES = 4_000
/** As much as a circuit's source may have. */
const MAX_FILE_BYTES = 8 << 20
/** A Groth16 key of a circuit of 200,000 constraints. */
export const MAX_SETUP_FILE_BYTES = 128 << 20
const SETUP = 'setup/'

/** Bytes of the longest bundle. */
export const MAX_BUNDLE_BYTES: number = 192 << 20

/** Throws a RangeError for what could not be read again. */
export function encodeBundle({ claims, files }: Bundle): Uint8Array {
  const { program, circuitId, keyId, compiler } = claims
  const encoder = new TextEncoder()
  const named = files.map(({ path, bytes }) => ({ name: encoder.encode(path), bytes }))
  named.sort((a, b) => compareBytes(a.name, b.name))
  const field = (bytes: Uint8Array) => [compactSize(bytes.length), bytes]
  const head = [MAGIC, Uint8Array.of(VERSION), program, hexToBytes(circuitId), hexToBytes(keyId)]
  const body = named.flatMap(({ name, bytes }) => [...field(name), ...field(bytes)])
  const encoded = concatBytes(...head, ...field(encoder.encode(compiler)), compactSize(named.length), ...body)
  const read = decodeBundle(encoded)
  if (!read.ok) throw new RangeError(`no bundle: ${read.reject}: ${read.detail}`)
  return encoded
}

/** Reads a bundle, strictly; nothing in it is judged yet. Contents are views of the bytes given. */
export function decodeBundle(bytes: Uint8Array): Result<{ readonly bundle: Bundle }, BundleReject> {
  if (bytes.length > MAX_BUNDLE_BYTES) return rejection('oversize', `${bytes.length} bytes are no bundle`)
  const prefix = Math.min(bytes.length, MAGIC.length)
  if (prefix === 0 || !equalBytes(bytes.subarray(0, prefix), MAGIC.subarray(0, prefix))) {
    return rejection('not-a-bundle', 'the file does not begin like a bundle')
  }
  return decoding((): Result<{ readonly bundle: Bundle }, BundleReject> => {
    const reader = new ByteReader(bytes, prefix)
    const version = reader.uint8()
    if (version !== VERSION) return rejection('unsupported-version', `version ${version}`)
    const [program, circuit, key] = [reader.slice(ID_BYTES), reader.slice(ID_BYTES), reader.slice(ID_BYTES)]
    const compiler = readText(reader, MAX_COMPILER_BYTES)
    if (compiler === null) return rejection('malformed', 'what it was compiled by is no short text')
    const files = readFiles(reader)
    if (!files.ok) return files
    if (reader.left > 0) return rejection('trailing-bytes', `${reader.left} bytes after the bundle`)
    const claims = { program, circuitId: bytesToHex(circuit), keyId: bytesToHex(key), compiler }
    return { ok: true, bundle: { claims, files: files.files } }
  })
}

function readFiles(reader: ByteReader): Result<{ readonly files: readonly BundleFile[] }, BundleReject> {
  const count = reader.count(2)
  if (count > MAX_FILES) return rejection('malformed', `${count} files; a bundle has at most ${MAX_FILES}`)
  const files: BundleFile[] = []
  for (let i = 0; i < count; i++) {
    const path = readText(reader, MAX_PATH_BYTES)
    if (path === null) return rejection('bad-path', `the path of file ${i} is too long, or no printable ASCII`)
    const length = reader.compactSize()
    const most = path.startsWith(SETUP) ? MAX_SETUP_FILE_BYTES : MAX_FILE_BYTES
    if (length > most) return rejection('malformed', `${path} has ${length} bytes, of at most ${most}`)
    files.push({ path, bytes: reader.slice(length) })
  }
  const checked = checkPaths(files.map(({ path }) => path))
  return checked.ok ? { ok: true, files } : checked
}

/** Printable ASCII alone, whose order by characters is that by bytes. */
function readText(reader: ByteReader, most: number): string | null {
  const length = reader.compactSize()
  if (length > most) return null
  const text = utf8(reader.slice(length))
  return text !== null && /^[ -~]*$/.test(text) ? text : null
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
