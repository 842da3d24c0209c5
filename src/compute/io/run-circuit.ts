import { errorCode } from '../../lib/index.ts'
import type { CircuitInput } from '../../proving/index.ts'
import { PROOF_SYSTEMS } from '../../proving/io/index.ts'
import { namedValues, publicCount } from '../circuit/public-values.ts'
import { computeError } from '../errors.ts'
import type { CompiledOnce, OnceOfKeys } from './open-program.ts'
import { openWitnesses } from './sandbox/open-witnesses.ts'
import { elementsOf } from './witness-elements.ts'

/** What a circuit is run over. */
export interface CircuitInputs {
  /** Of a program with an input: as many bytes as it reads. None where it opens a commitment to private arguments. */
  readonly bytes?: Uint8Array | undefined
  /** Values of its arguments, what `readArguments` made. */
  readonly arguments?: CircuitInput | undefined
}

/** Runs a circuit once over its inputs, without proving anything: its public values. */
export async function runCircuit(graph: CompiledOnce, inputs: CircuitInputs, signal?: AbortSignal): Promise<bigint[]> {
  return valuesOf(graph, await witnessOf(graph, inputs, signal))
}

/**
 * Its public values where the output that is named, if any, is 1. Null where it is not, or where the circuit has no witness for
 * what it is given: there is nothing to prove then.
 */
export async function valuesWhere(
  graph: CompiledOnce,
  inputs: CircuitInputs,
  condition: string | undefined,
  signal?: AbortSignal,
): Promise<bigint[] | null> {
  try {
    const values = await runCircuit(graph, inputs, signal)
    if (condition === undefined) return values
    return namedValues(graph.manifest.program, values).outputs[condition] === 1n ? values : null
  } catch (error) {
    if (errorCode(error) === 'E_WITNESS') return null
    throw error
  }
}

/** Runs and proves it, by the proof system that the manifest names. */
export async function proveCircuit(
  program: OnceOfKeys,
  inputs: CircuitInputs,
  options: { readonly signal?: AbortSignal; onProgress?(stage: string, done: number, total: number): void } = {},
): Promise<{ readonly values: bigint[]; readonly proof: Uint8Array }> {
  const witness = await witnessOf(program, inputs, options.signal)
  const engine = await PROOF_SYSTEMS[program.manifest.program.proofSystem].openEngine(program.keys)
  try {
    const { proof } = await engine.prove(witness, options)
    return { values: valuesOf(program, witness), proof }
  } finally {
    engine.close()
  }
}

async function witnessOf(graph: CompiledOnce, inputs: CircuitInputs, signal?: AbortSignal) {
  const { input } = graph.manifest.program
  const { bytes, arguments: given } = inputs
  const reads = input?.signal === undefined ? undefined : input
  if (bytes?.length !== reads?.bytes) {
    throw computeError('E_INPUT', `${bytes?.length ?? 'no'} bytes; the program reads ${reads?.bytes ?? 'none'}`)
  }
  const attested = reads?.signal === undefined || bytes === undefined ? {} : { [reads.signal]: [...bytes] }
  const witnesses = await openWitnesses(graph)
  try {
    return await witnesses.witness({ ...given, ...attested }, signal)
  } finally {
    await witnesses.close()
  }
}

/** Wire 0 is the constant 1, then come the outputs and the public inputs. */
function valuesOf({ manifest }: CompiledOnce, witness: Uint8Array): bigint[] {
  return elementsOf(witness, 1, publicCount(manifest.program))
}
