import type { StorageKernel } from '../../../src/proving/index.ts'
import { compileCircuit, ensureSetup, type KeyDirectory, NativeEngine } from '../../../src/proving/io/index.ts'
import { certifyCircuit } from '../certify-circuit.ts'
import type { StepsEngine } from './prove-steps.ts'

export interface StepsKeysOptions {
  /** A powers-of-tau file of the public ceremony; the development powers when left out. */
  readonly ptau?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Parameters and keys of the certificate's circuit, made where the cache does not hold them: minutes, once. */
export async function stepsKeys({ ptau, signal }: StepsKeysOptions = {}): Promise<KeyDirectory> {
  const aborting = signal === undefined ? {} : { signal }
  const circuit = await compileCircuit(certifyCircuit, aborting)
  return await ensureSetup(circuit, { ...(ptau !== undefined && { ptau }), ...aborting })
}

/** Loads what proves steps: a few hundred megabytes, which go with the last reference. */
export async function openStepsEngine(
  kernel: Pick<StorageKernel, 'treeNodes'>,
  keys: KeyDirectory,
): Promise<StepsEngine> {
  const [engine, witnesses] = await Promise.all([NativeEngine.load(keys), certifyCircuit.openWitnesses(keys.circuit)])
  return { kernel, engine, witnesses }
}
