import { join } from 'node:path'
import { poseidonOf } from '../../bus/index.ts'
import { fileSource, openVerifier } from '../../bus/io/index.ts'
import { errorCode, type Result, rejection } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import { namedValues } from '../circuit/public-values.ts'
import { readArguments } from '../circuit/read-arguments.ts'
import { computeError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { saidOf } from '../stream/said.ts'
import { MAX_VECTORS_BYTES, readVectors, VECTORS_FILE, type Vector } from '../vectors/vectors.ts'
import type { CompiledGraph, CompiledOnce, CompiledStream } from './open-program.ts'
import { runCircuit } from './run-circuit.ts'
import { runStream } from './run-stream.ts'

type Named = Readonly<Record<string, bigint>>

/** What a graph says of a case. */
interface Said {
  readonly outputs?: Named
  readonly state?: Named
  readonly log?: readonly Named[]
}

/** Why a graph is not what a vector says of it. */
export type VectorReject = 'differs' | 'not-refused' | 'refused'

export interface VectorOutcome {
  readonly name: string
  readonly outcome: Result<object, VectorReject>
}

/** Of a file that a vector names. */
export const MAX_VECTOR_FILE_BYTES: number = 8 << 20

/** The vectors in a graph's folder. Throws E_VECTORS where there are none, or they are not of the form. */
export async function openVectors(folder: string): Promise<readonly Vector[]> {
  const path = join(folder, VECTORS_FILE)
  const bytes = await readRegular(path, MAX_VECTORS_BYTES).catch((cause) => {
    const why = errorCode(cause) === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    throw computeError('E_VECTORS', `${path} cannot be read: ${why}`, { cause })
  })
  const read = readVectors(bytes)
  if (!read.ok) throw computeError('E_VECTORS', `${path}: ${read.detail}`)
  return read.cases
}

/** Throws E_VECTORS for a graph that has none: vectors are files of its folder, and it reads a node's blocks or its history. */
export function requireVectors(manifest: Manifest): void {
  const { program } = manifest
  if (program.kind === 'transactions' || (program.kind === 'circuit' && program.history !== undefined)) {
    throw withoutVectors(manifest)
  }
}

function withoutVectors({ name, program }: Manifest) {
  const why = program.kind === 'transactions' ? 'counts transactions' : 'opens headers of the history'
  return computeError('E_VECTORS', `${name} ${why}: such graphs have no vectors`, { cure: { act: 'no-vectors' } })
}

/** Runs a compiled graph over each of its vectors, and compares. Throws E_VECTORS for a case that is of another kind of graph. */
export async function runVectors(
  graph: CompiledGraph,
  cases: readonly Vector[],
  { signal, onOutcome }: { readonly signal?: AbortSignal; onOutcome?(outcome: VectorOutcome): void } = {},
): Promise<readonly VectorOutcome[]> {
  requireVectors(graph.manifest)
  if (graph.kind === 'transactions') throw withoutVectors(graph.manifest)
  const outcomes: VectorOutcome[] = []
  for (const vector of cases) {
    const outcome = { name: vector.name, outcome: await runVector(graph, vector, signal) }
    outcomes.push(outcome)
    onOutcome?.(outcome)
  }
  return outcomes
}

async function runVector(
  graph: CompiledStream | CompiledOnce,
  vector: Vector,
  signal: AbortSignal | undefined,
): Promise<VectorOutcome['outcome']> {
  let said: Said
  try {
    said = graph.kind === 'stream' ? await streamSays(graph, vector, signal) : await circuitSays(graph, vector, signal)
  } catch (error) {
    // What else goes wrong is no answer of the circuit.
    if (errorCode(error) !== 'E_WITNESS') throw error
    const { message } = error as Error
    return vector.refused !== undefined && message.includes(vector.refused)
      ? { ok: true }
      : rejection('refused', message)
  }
  if (vector.refused !== undefined) return rejection('not-refused', 'the circuit takes what it is to refuse')
  const differences = [
    ...compared(vector.outputs, said.outputs),
    ...compared(vector.state, said.state),
    ...comparedLogs(vector.log, said.log),
  ]
  return differences.length === 0 ? { ok: true } : rejection('differs', differences.join('; '))
}

async function circuitSays(graph: CompiledOnce, vector: Vector, signal: AbortSignal | undefined): Promise<Said> {
  requireOnly(vector, graph.kind, ['input', 'arguments', 'outputs'])
  const { program } = graph.manifest
  const { input, arguments: given } = vector
  const reads = program.input?.signal !== undefined
  if ((input !== undefined) !== reads) {
    throw of(vector, !reads ? 'the circuit reads no input' : 'a circuit reads an input')
  }
  if ((given === undefined) !== (program.arguments.length === 0)) {
    throw of(vector, given === undefined ? 'the circuit takes arguments' : 'the circuit takes no arguments')
  }
  const bytes = input === undefined ? undefined : await readFile(graph.folder, vector, input)
  const json = given === undefined ? '{}' : new TextDecoder().decode(await readFile(graph.folder, vector, given))
  const read = readArguments(program, json)
  if (!read.ok) throw of(vector, `${given}: ${read.detail}`)
  const values = await runCircuit(graph, { bytes, arguments: read.input }, signal)
  return { outputs: namedValues(program, values).outputs }
}

async function streamSays(graph: CompiledStream, vector: Vector, signal: AbortSignal | undefined): Promise<Said> {
  requireOnly(vector, graph.kind, ['headers', 'startHeight', 'height', 'state', 'log'])
  const { headers, startHeight: from = 0 } = vector
  if (headers === undefined) throw of(vector, 'a stream reads headers')
  const made = fileSource(await readFile(graph.folder, vector, headers), from)
  if (!made.ok) throw of(vector, `${headers}: ${made.detail}`)
  const to = vector.height ?? (await made.source.tipHeight())
  const poseidon = poseidonOf(await openVerifier())
  const { state, log } = await runStream(graph, { source: made.source, from, to, poseidon, signal })
  const said = saidOf(graph.manifest, state, log)
  if (!said.ok) throw of(vector, said.detail)
  return { state: said.state, log: said.log ?? [] }
}

/** A key of another kind of graph would be ignored, and what it says believed. */
function requireOnly(vector: Vector, kind: CompiledGraph['kind'], own: readonly (keyof Vector)[]): void {
  const known: readonly string[] = ['name', 'refused', ...own]
  const other = Object.keys(vector).find((key) => !known.includes(key))
  if (other !== undefined) throw of(vector, `${other} is not for a ${kind}`)
}

async function readFile(folder: string, vector: Vector, path: string): Promise<Uint8Array> {
  const bytes = await readRegular(join(folder, path), MAX_VECTOR_FILE_BYTES).catch((cause) => {
    throw of(vector, `${path} cannot be read: ${(cause as Error).message}`, cause)
  })
  if (bytes.length > MAX_VECTOR_FILE_BYTES) throw of(vector, `${path} has more than ${MAX_VECTOR_FILE_BYTES} bytes`)
  return bytes
}

function of({ name }: Vector, why: string, cause?: unknown) {
  return computeError('E_VECTORS', `case ${JSON.stringify(name)} of ${VECTORS_FILE}: ${why}`, { cause })
}

function compared(wanted: Named | undefined, said: Named | undefined): string[] {
  return Object.entries(wanted ?? {})
    .filter(([name, value]) => said?.[name] !== value)
    .map(([name, value]) => `${name} is ${said?.[name] ?? 'not there'}, not ${value}`)
}

function comparedLogs(wanted: readonly Named[] | undefined, said: readonly Named[] = []): string[] {
  if (wanted === undefined) return []
  if (wanted.length !== said.length) return [`the log has ${said.length} entries, not ${wanted.length}`]
  return wanted.flatMap((entry, i) => compared(entry, said[i]).map((what) => `entry ${i} of the log: ${what}`))
}
