import type { WitnessSource } from '../../../proving/index.ts'
import { WasmWitnessSource } from '../../../proving/io/index.ts'
import type { CompiledGraph } from '../open-program.ts'
import { SandboxedWitnesses } from './sandboxed-witnesses.ts'

/** Witnesses of a graph's circuit: of one that came in a bundle, which is a stranger's, in a process of its own. */
export async function openWitnesses({
  circuit,
  bundled,
}: Pick<CompiledGraph, 'circuit' | 'bundled'>): Promise<WitnessSource> {
  return bundled === undefined ? await WasmWitnessSource.open(circuit) : await SandboxedWitnesses.open(circuit)
}
