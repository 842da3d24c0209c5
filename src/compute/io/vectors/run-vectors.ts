import { join } from 'node:path'
import { errorCode, type Result, rejection } from '../../../lib/index.ts'
import { readRegular } from '../../../lib/io/index.ts'
import { computeError } from '../../errors.ts'
import { MAX_VECTORS_BYTES, readVectors, VECTORS_FILE, type Vector } from '../../vectors/vectors.ts'
import type { CompiledGraph } from '../open-program.ts'
import { isRefusal, type Named, type Said, saysOf } from './vector-says.ts'

/** Why a graph is not what a vector says of it. */
export type VectorReject = 'differs' | 'not-refused' | 'refused'

export interface VectorOutcome {
  readonly name: string
  readonly outcome: Result<object, VectorReject>
}

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

/** Runs a compiled graph over each of its vectors, and compares. Throws E_VECTORS for a case that is of another kind of graph. */
export async function runVectors(
  graph: CompiledGraph,
  cases: readonly Vector[],
  { signal, onOutcome }: { readonly signal?: AbortSignal; onOutcome?(outcome: VectorOutcome): void } = {},
): Promise<readonly VectorOutcome[]> {
  const outcomes: VectorOutcome[] = []
  for (const vector of cases) {
    const outcome = { name: vector.name, outcome: await runVector(graph, vector, signal) }
    outcomes.push(outcome)
    onOutcome?.(outcome)
  }
  return outcomes
}

async function runVector(
  graph: CompiledGraph,
  vector: Vector,
  signal: AbortSignal | undefined,
): Promise<VectorOutcome['outcome']> {
  let said: Said
  try {
    said = await saysOf(graph, vector, signal)
  } catch (error) {
    // What else goes wrong is no answer of the program.
    if (!isRefusal(graph, error)) throw error
    const { message } = error as Error
    return vector.refused !== undefined && message.includes(vector.refused)
      ? { ok: true }
      : rejection('refused', message)
  }
  if (vector.refused !== undefined) return rejection('not-refused', 'the program takes what it is to refuse')
  const differences = [
    ...compared(vector.outputs, said.outputs),
    ...compared(vector.state, said.state),
    ...comparedLogs(vector.log, said.log),
  ]
  return differences.length === 0 ? { ok: true } : rejection('differs', differences.join('; '))
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
