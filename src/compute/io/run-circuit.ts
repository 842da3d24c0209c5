import { NativeProofEngine, WasmWitnessSource } from '../../proving/io/index.ts'
import { computeError } from '../errors.ts'
import type { CompiledOnce, OnceOfKeys } from './open-program.ts'
import { elementsOf } from './witness-elements.ts'

/** Runs a circuit once over its input, which has as many bytes as it reads, without proving anything: its outputs. */
export async function runCircuit(graph: CompiledOnce, bytes: Uint8Array, signal?: AbortSignal): Promise<bigint[]> {
  return outputsOf(graph, await witnessOf(graph, bytes, signal))
}

/** Runs and proves it. */
export async function proveCircuit(
  program: OnceOfKeys,
  bytes: Uint8Array,
  options: { readonly signal?: AbortSignal; onProgress?(stage: string, done: number, total: number): void } = {},
): Promise<{ readonly values: bigint[]; readonly proof: Uint8Array }> {
  const witness = await witnessOf(program, bytes, options.signal)
  const engine = await NativeProofEngine.load(program.keys)
  const { proof } = await engine.prove(witness, options)
  return { values: outputsOf(program, witness), proof }
}

async function witnessOf({ circuit, manifest }: CompiledOnce, bytes: Uint8Array, signal?: AbortSignal) {
  const { signal: name, bytes: length } = manifest.program.input
  if (bytes.length !== length) throw computeError('E_INPUT', `${bytes.length} bytes; the program reads ${length}`)
  const witnesses = await WasmWitnessSource.open(circuit)
  try {
    return await witnesses.witness({ [name]: [...bytes] }, signal)
  } finally {
    await witnesses.close()
  }
}

/** Wire 0 is the constant 1, then come the outputs. */
function outputsOf({ manifest }: CompiledOnce, witness: Uint8Array): bigint[] {
  return elementsOf(witness, 1, manifest.program.outputs.length)
}
