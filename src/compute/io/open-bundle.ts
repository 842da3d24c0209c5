import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bytesToHex, equalBytes, errorCode, type Result, rejection } from '../../lib/index.ts'
import type { SetupKind } from '../../proving/index.ts'
import { checkKey, circomCompiler } from '../../proving/io/index.ts'
import { type Bundle, type BundleReject, decodeBundle } from '../bundle/bundle.ts'
import type { Manifest } from '../manifest/manifest.ts'
import {
  ceremonyFiles,
  compileGraph,
  type Program,
  readBundled,
  type SetUpOptions,
  setUpGraph,
} from './open-program.ts'

/** Codes of what sources and manifest can be to blame for. */
const NOT_BUILT: ReadonlySet<string> = new Set(['E_MANIFEST', 'E_CIRCUIT', 'E_PROGRAM'])

/** Why what was built of a bundle is not what its publisher says. */
export type AuditReject =
  | BundleReject
  /** The manifest is not the one that the program id was made of. */
  | 'manifest-differs'
  /** No program can be built of it. */
  | 'not-built'
  /** The circuit has another id since another version of the compiler made it. */
  | 'other-compiler'
  /** The sources make another circuit. */
  | 'circuit-differs'
  /** The circuit has another verifying key, under these powers. */
  | 'key-differs'
  /** The key of a ceremony is not of this circuit and these powers, or a contribution to it does not hold. */
  | 'key-invalid'
  /** It is right in itself, and of another program than the one asked for. */
  | 'wrong-program'

export interface AuditOptions extends SetUpOptions {
  /** Id of the program that it must be, 32 bytes; what the bundle says, unless given. */
  readonly program?: Uint8Array | undefined
}

/** Writes the files of a bundle into a folder that is there and empty. */
export async function unpackBundle({ files }: Bundle, folder: string): Promise<void> {
  for (const { path, bytes } of files) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes, { flag: 'wx' })
  }
}

/** What was built anew, and is what the bundle says. */
export interface Audited {
  readonly manifest: Manifest
  /** 32 bytes. */
  readonly program: Uint8Array
  readonly circuitId: string
  readonly keyId: string
  readonly setup: SetupKind
  readonly constraints: number
  readonly files: number
}

/**
 * Builds the program of a bundle anew, in a folder of its own that is removed and with nothing that was compiled or set up
 * before, and compares it with what the bundle says and with what is asked for.
 */
export async function auditBundle(
  bytes: Uint8Array,
  options: AuditOptions = {},
): Promise<Result<{ readonly audited: Audited }, AuditReject>> {
  const read = decodeBundle(bytes)
  if (!read.ok) return read
  const folder = await mkdtemp(join(tmpdir(), 'wsc-audit-'))
  try {
    await unpackBundle(read.bundle, folder)
    const built = await buildBundled(folder, read.bundle, { ...options, cache: join(folder, 'cache') })
    if (!built.ok) return built
    const sound = await checkCeremony(built.program, options)
    if (!sound.ok) return sound
    const { manifest, id: program, circuit, keyId, setup, constraints } = built.program
    const files = read.bundle.files.length
    return { ok: true, audited: { manifest, program, circuitId: circuit.id, keyId, setup, constraints, files } }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A key of a ceremony is nobody's to make anew: it is held against circuit and powers. Its beacon is for who has a node. */
async function checkCeremony(program: Program, { ptau, signal }: AuditOptions): Promise<Result<object, 'key-invalid'>> {
  if (ceremonyFiles(program) === null) return { ok: true }
  const checked = await checkKey(program.keys, {
    ...(ptau !== undefined && { ptau }),
    ...(signal !== undefined && { signal }),
  })
  return checked.ok ? { ok: true } : rejection('key-invalid', checked.detail)
}

/** Builds the program of a bundle that was unpacked into a folder, and compares it with what the bundle says of it. */
export async function buildBundled(
  folder: string,
  { claims }: Pick<Bundle, 'claims'>,
  { program: wanted, cache, ...options }: AuditOptions & { readonly cache?: string } = {},
): Promise<Result<{ readonly program: Program }, AuditReject>> {
  const compiler = await circomCompiler()
  const differs = (reject: AuditReject, built: string, said: string) => rejection(reject, `built ${built}, not ${said}`)
  try {
    const graph = await readBundled(folder, cache)
    const compiled = await compileGraph(graph, options.signal)
    const { id: circuitId } = compiled.circuit
    if (circuitId !== claims.circuitId && compiler !== claims.compiler) {
      return rejection('other-compiler', `it was compiled by ${claims.compiler}, here is ${compiler}`)
    }
    if (circuitId !== claims.circuitId) return differs('circuit-differs', circuitId, claims.circuitId)
    const program = await setUpGraph(compiled, options)
    if (program.keyId !== claims.keyId) return differs('key-differs', program.keyId, claims.keyId)
    if (!equalBytes(program.id, claims.program)) {
      return differs('manifest-differs', bytesToHex(program.id), bytesToHex(claims.program))
    }
    if (wanted !== undefined && !equalBytes(program.id, wanted)) {
      return differs('wrong-program', bytesToHex(program.id), bytesToHex(wanted))
    }
    return { ok: true, program }
  } catch (error) {
    if (!NOT_BUILT.has(errorCode(error) ?? '')) throw error
    return rejection('not-built', (error as Error).message)
  }
}
