import { join } from 'node:path'
import { MAX_KEY_BYTES } from '../../bus/index.ts'
import { openVerifier } from '../../bus/io/index.ts'
import { errorCode } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import type { CompiledCircuit, SnarkVerifier } from '../../proving/index.ts'
import { compileCircom, ensureSetup, type KeyDirectory, readR1csCounts } from '../../proving/io/index.ts'
import { computeError } from '../errors.ts'
import { MAX_MANIFEST_BYTES, type Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { programId } from '../program-id.ts'
import { JOIN_SLOTS } from '../stream/header-stream.ts'

/** The manifest's name in the folder of a graph. */
export const MANIFEST_FILE = 'graph.yaml'

/** A graph's folder, its manifest read. */
export interface Graph {
  readonly folder: string
  readonly manifest: Manifest
  readonly manifestBytes: Uint8Array
}

/** Reads the manifest in a folder. Throws E_MANIFEST, naming line and column. */
export async function readGraph(folder: string): Promise<Graph> {
  const path = join(folder, MANIFEST_FILE)
  const manifestBytes = await readRegular(path, MAX_MANIFEST_BYTES).catch((cause) => {
    const why = errorCode(cause) === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    throw computeError('E_MANIFEST', `${path} cannot be read: ${why}`, { cause })
  })
  const read = readManifest(manifestBytes)
  if (!read.ok) throw computeError('E_MANIFEST', `${path}: ${read.detail}`)
  return { folder, manifest: read.manifest, manifestBytes }
}

/** A graph whose circuit is compiled and is what the manifest says of it. */
export interface CompiledGraph extends Graph {
  readonly circuit: CompiledCircuit
  readonly constraints: number
  /** A step's tree has 2^levels - 1 headers. */
  readonly levels: number
  /** Headers that one step takes at most. */
  readonly slots: number
}

/** Inputs of each slot: three elements of the leaf, and whether it is active. Beside them the openings of lists. */
const INPUTS_A_SLOT = 4
const INPUTS_BESIDE = 3 * (1 + JOIN_SLOTS)

/** Compiles, or finds compiled. Throws E_CIRCUIT of the compiler, E_PROGRAM where circuit and manifest differ. */
export async function compileGraph(graph: Graph, signal?: AbortSignal): Promise<CompiledGraph> {
  const { folder, manifest } = graph
  const { circuit: file, state } = manifest.program
  const circuit = await compileCircom(join(folder, file), signal === undefined ? {} : { signal })
  const { constraints, outputs, publicInputs, privateInputs } = await readR1csCounts(circuit.r1cs, signal)
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
  return { ...graph, circuit, constraints, levels, slots }
}

/** A program: a compiled graph with its keys, from which its id follows. */
export interface Program extends CompiledGraph {
  readonly keys: KeyDirectory
  readonly verifier: SnarkVerifier
  /** 32 bytes. */
  readonly id: Uint8Array
}

export interface SetUpOptions {
  /** A powers-of-tau file of the public ceremony; the development powers when left out. */
  readonly ptau?: string | undefined
  readonly signal?: AbortSignal | undefined
  onProgress?(stage: string, done: number, total: number): void
}

/** Makes the keys, or finds them. */
export async function setUpGraph(graph: CompiledGraph, options: SetUpOptions = {}): Promise<Program> {
  const { ptau, signal, onProgress } = options
  const keys = await ensureSetup(graph.circuit, {
    ...(ptau !== undefined && { ptau }),
    ...(signal !== undefined && { signal }),
    ...(onProgress !== undefined && { onProgress }),
  })
  const verifier = await openVerifier(await readRegular(keys.verifierKey, MAX_KEY_BYTES))
  const { keyId } = verifier
  const id = programId({ manifest: graph.manifestBytes, circuitId: graph.circuit.id, keyId })
  return { ...graph, keys, verifier, id }
}
