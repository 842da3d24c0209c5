import type { WitnessSource } from '../../../proving/index.ts'
import { WasmWitnessSource, type WitnessThread } from '../../../proving/io/index.ts'
import type { CompiledGraph } from '../open-program.ts'
import { SandboxedWitnesses } from './sandboxed-witnesses.ts'

/**
 * Witnesses of a graph's circuit: of one that came in a bundle, which is a stranger's, in a process of its own; of others in
 * `thread`, or in one of their own.
 */
export async function openWitnesses(
  { circuit, bundled }: Pick<CompiledGraph, 'circuit' | 'bundled'>,
  thread?: WitnessThread,
): Promise<WitnessSource> {
  if (bundled !== undefined) return await SandboxedWitnesses.open(circuit)
  return thread === undefined ? await WasmWitnessSource.open(circuit) : await thread.open(circuit)
}
