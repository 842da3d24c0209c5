import type { CompiledCircuit } from '../../proving/index.ts'
import { computeError } from '../errors.ts'
import type { Manifest, StreamProgram } from '../manifest/manifest.ts'
import { signalTable } from './signal-table.ts'

/** What of a compiled stream says which entries it makes. */
export interface StreamEntries {
  readonly circuit: Pick<CompiledCircuit, 'sym'>
  readonly slots: number
  readonly manifest: Manifest<StreamProgram>
}

/** The wire of the log entry that a step makes. Throws E_PROGRAM where the circuit makes none. */
export async function entryWire(graph: StreamEntries): Promise<number> {
  const wire = await findEntryWire(graph)
  if (wire !== null) return wire
  const { circuit } = graph.manifest.program
  throw computeError('E_PROGRAM', `Each in ${circuit} makes no entry, which a program with a log does`)
}

/** The same; null where the circuit makes none, so that circom solves it away. */
async function findEntryWire({ circuit, slots }: StreamEntries): Promise<number | null> {
  for await (const { name, wire } of signalTable(circuit)) {
    if (name === `main.entry[${slots}]`) return wire
  }
  return null
}

/** Throws E_PROGRAM where a circuit makes entries and the manifest has no log: nobody could tell them, so that no result would be valid. */
export async function requireNoEntries(graph: StreamEntries): Promise<void> {
  const { circuit, log } = graph.manifest.program
  if (log !== undefined || (await findEntryWire(graph)) === null) return
  throw computeError(
    'E_PROGRAM',
    `Each in ${circuit} makes entries, and the manifest has no log that names their fields`,
  )
}
