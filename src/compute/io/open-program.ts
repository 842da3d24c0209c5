import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_KEY_BYTES } from '../../bus/index.ts'
import { openVerifier } from '../../bus/io/index.ts'
import { errorCode } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import type { CompiledCircuit, ProofVerifier, SetupKind, SnarkVerifier } from '../../proving/index.ts'
import {
  compileCircom,
  ensureGroth16Key,
  ensureSetup,
  type KeyDirectory,
  PROOF_SYSTEMS,
  type R1csCounts,
  readR1csCounts,
} from '../../proving/io/index.ts'
import { CEREMONY_FILE, CEREMONY_KEY, SETUP_FOLDER } from '../ceremony/ceremony-file.ts'
import { computeError } from '../errors.ts'
import type { CircuitProgram } from '../manifest/circuit-program.ts'
import {
  type AnyProgram,
  MAX_MANIFEST_BYTES,
  type Manifest,
  type StreamProgram,
  type TransactionsProgram,
} from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { programId } from '../program-id.ts'
import { JOIN_SLOTS } from '../stream/header-stream.ts'
import { PAYMENT_ELEMENTS } from '../transactions/payment-state.ts'
import { PAYMENT_INPUTS, STEP_SLOTS } from '../transactions/payment-steps.ts'
import { requireBundledSize } from './bundled-limits.ts'
import { requireNoEntries } from './entry-wire.ts'
import { requireCircuit } from './require-circuit.ts'

/** The manifest's name in the folder of a graph. */
export const MANIFEST_FILE = 'graph.yaml'

/** A graph's folder, its manifest read. */
export interface Graph<Program = AnyProgram> {
  readonly folder: string
  readonly manifest: Manifest<Program>
  readonly manifestBytes: Uint8Array
  /** Of a graph that came in a bundle. */
  readonly bundled?: Bundled
}

/** What a graph that came in a bundle is made of: nothing that is installed here. */
export interface Bundled {
  /** The folder of the packages that came with it, in which alone includes are looked for, beside the graph's own. */
  readonly packages: string
  /** The folder of the keys that came with it. */
  readonly setup: string
  /** Where what is made of it is kept; in the user's cache, unless given. */
  readonly cache?: string
}

/** Reads the manifest in a folder, or in that of a bundle that was unpacked. Throws E_MANIFEST, naming line and column. */
export async function readGraph(folder: string): Promise<Graph> {
  return isUnpacked(folder) ? await readBundled(folder) : await readOwn(folder)
}

/** The graph of a bundle that was unpacked into a folder. What it includes comes from there alone. Throws E_MANIFEST. */
export async function readBundled(folder: string, cache?: string): Promise<Graph> {
  const came = { packages: join(folder, 'packages'), setup: join(folder, 'setup') }
  const bundled = { ...came, ...(cache !== undefined && { cache }) }
  return { ...(await readOwn(join(folder, 'graph'))), bundled }
}

/** Whether a folder is a graph's: its own, or that of a bundle, which is named as a whole so that what came with it runs confined. */
export function isGraphFolder(folder: string): boolean {
  return existsSync(join(folder, MANIFEST_FILE)) || isUnpacked(folder)
}

/** Whether a folder is no graph's own, and has one in the place that a bundle has it in. */
function isUnpacked(folder: string): boolean {
  return !existsSync(join(folder, MANIFEST_FILE)) && existsSync(join(folder, 'graph', MANIFEST_FILE))
}

async function readOwn(folder: string): Promise<Graph> {
  const path = join(folder, MANIFEST_FILE)
  const manifestBytes = await readRegular(path, MAX_MANIFEST_BYTES).catch((cause) => {
    if (errorCode(cause) === 'ENOENT') {
      throw computeError('E_MANIFEST', `there is no ${path}`, { cause, cure: { act: 'folder-of-graph' } })
    }
    throw computeError('E_MANIFEST', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const read = readManifest(manifestBytes)
  if (!read.ok) throw computeError('E_MANIFEST', `${path}: ${read.detail}`)
  return { folder, manifest: read.manifest, manifestBytes }
}

/** A graph whose circuit is compiled and is what the manifest says of it. */
interface Compiled<Program> extends Graph<Program> {
  readonly circuit: CompiledCircuit
  readonly constraints: number
}

/** Of a stream. */
export interface CompiledStream extends Compiled<StreamProgram> {
  readonly kind: 'stream'
  /** A step's tree has 2^levels - 1 headers. */
  readonly levels: number
  /** Headers that one step takes at most. */
  readonly slots: number
}

/** Of a circuit that is run once. */
export interface CompiledOnce extends Compiled<CircuitProgram> {
  readonly kind: 'circuit'
}

/** Of a program over transactions. */
export interface CompiledTransactions extends Compiled<TransactionsProgram> {
  readonly kind: 'transactions'
}

export type CompiledGraph = CompiledStream | CompiledOnce | CompiledTransactions

/** Inputs of each slot: three elements of the leaf, and whether it is active. Beside them the openings of lists. */
const INPUTS_A_SLOT = 4
const INPUTS_BESIDE = 3 * (1 + JOIN_SLOTS)

/** Compiles, or finds compiled. Throws E_CIRCUIT of the compiler, E_PROGRAM where circuit and manifest differ. */
export async function compileGraph(graph: Graph, signal?: AbortSignal): Promise<CompiledGraph> {
  const { manifest, bundled, ...own } = graph
  const { program } = manifest
  const circuit = await compileCircom(join(own.folder, program.circuit), {
    ...(signal !== undefined && { signal }),
    ...(bundled !== undefined && { within: { own: own.folder, packages: bundled.packages } }),
    ...(bundled?.cache !== undefined && { cache: bundled.cache }),
  })
  const counts = await readR1csCounts(circuit.r1cs, signal)
  if (bundled !== undefined) await requireBundledSize(counts, circuit.r1cs)
  const about = { ...own, ...(bundled && { bundled }), circuit, constraints: counts.constraints }
  if (program.kind === 'circuit') {
    await requireCircuit(program, circuit, counts)
    return { kind: 'circuit', ...about, manifest: { ...manifest, program } }
  }
  if (program.kind === 'transactions') {
    requirePayments(program, counts)
    return { kind: 'transactions', ...about, manifest: { ...manifest, program } }
  }
  const stream: CompiledStream = {
    ...{ kind: 'stream', ...about, manifest: { ...manifest, program } },
    ...streamShape(program, counts),
  }
  await requireNoEntries(stream)
  return stream
}

function streamShape(
  { circuit: file, state }: StreamProgram,
  { outputs, publicInputs, privateInputs }: R1csCounts,
): Pick<CompiledStream, 'levels' | 'slots'> {
  const arity = 2 + state.length
  const slots = (privateInputs - INPUTS_BESIDE) / INPUTS_A_SLOT
  if (outputs !== arity || publicInputs !== arity) {
    const has = `${publicInputs} public inputs and ${outputs} outputs`
    throw computeError('E_PROGRAM', `${file} has ${has}; history, log and ${state.length} names take ${arity}`)
  }
  const levels = Math.log2(slots - JOIN_SLOTS + 1)
  if (!Number.isInteger(levels) || levels < 2) {
    throw computeError('E_PROGRAM', `${file} is no HeaderStream: it has ${privateInputs} private inputs`)
  }
  return { levels, slots }
}

function requirePayments(
  { circuit: file }: TransactionsProgram,
  { outputs, publicInputs, privateInputs }: R1csCounts,
): void {
  const all = PAYMENT_ELEMENTS
  if (outputs === all && publicInputs === all && privateInputs === PAYMENT_INPUTS) return
  const has = `${publicInputs} public inputs, ${outputs} outputs and ${privateInputs} private inputs`
  throw computeError(
    'E_PROGRAM',
    `${file} has ${has}; Payments(${STEP_SLOTS}) has ${all}, ${all} and ${PAYMENT_INPUTS}`,
  )
}

/** A program: a compiled graph with its keys, from which its id follows. */
interface SetUp<Verifier> {
  readonly keys: KeyDirectory
  readonly verifier: Verifier
  readonly keyId: string
  readonly setup: SetupKind
  /** 32 bytes. */
  readonly id: Uint8Array
}

export type StreamOfKeys = CompiledStream & SetUp<SnarkVerifier>
export type OnceOfKeys = CompiledOnce & SetUp<ProofVerifier>
export type TransactionsOfKeys = CompiledTransactions & SetUp<SnarkVerifier>
export type Program = StreamOfKeys | OnceOfKeys | TransactionsOfKeys

export interface SetUpOptions {
  /** A powers-of-tau file of the public ceremony; the development powers when left out. */
  readonly ptau?: string | undefined
  readonly signal?: AbortSignal | undefined
  onProgress?(stage: string, done: number, total: number): void
}

/** The key of a ceremony that a graph has, which is the program's, and what says of which block its beacon is; null where it has none. */
export function ceremonyFiles({
  folder,
  bundled,
  manifest: { program },
}: Graph): { readonly key: string; readonly file: string } | null {
  const setup = bundled?.setup ?? join(folder, SETUP_FOLDER)
  const key = join(setup, CEREMONY_KEY)
  return program.proofSystem === 'groth16' && existsSync(key) ? { key, file: join(setup, CEREMONY_FILE) } : null
}

/** Makes the keys, or finds them; a ceremony's is taken as it is. */
export async function setUpGraph(graph: CompiledGraph, options: SetUpOptions = {}): Promise<Program> {
  const { ptau, signal, onProgress } = options
  const setup = {
    ...(ptau !== undefined && { ptau }),
    ...(signal !== undefined && { signal }),
    ...(onProgress !== undefined && { onProgress }),
    ...(graph.bundled?.cache !== undefined && { cache: graph.bundled.cache }),
  }
  const idOf = (keyId: string) => programId({ manifest: graph.manifestBytes, circuitId: graph.circuit.id, keyId })
  if (graph.kind === 'circuit') {
    const system = PROOF_SYSTEMS[graph.manifest.program.proofSystem]
    const held = ceremonyFiles(graph)
    const keys =
      held === null ? await system.setUp(graph.circuit, setup) : await ensureGroth16Key(graph.circuit, held.key, setup)
    const verifier = await system.openVerifier(keys)
    const { keyId, setup: kind } = verifier.info
    return { ...graph, keys, verifier, keyId, setup: kind, id: idOf(keyId) }
  }
  const keys = await ensureSetup(graph.circuit, setup)
  const verifier = await openVerifier(await readRegular(keys.verifierKey, MAX_KEY_BYTES))
  const { keyId, setup: kind } = verifier
  return { ...graph, keys, verifier, keyId, setup: kind, id: idOf(keyId) }
}
