import { compileCircuit, ensureSetup, type KeyDirectory, requireProver } from '../../../proving/io/index.ts'
import { stepCircuit } from '../circuit.ts'

export interface ProverKeysOptions {
  /** A powers-of-tau file of the public ceremony; the development powers when left out. */
  readonly ptau?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** `compile` of the circuit, then the stages of the set-up, so much of each done. */
  onProgress?(stage: string, done: number, total: number): void
}

/** Parameters and keys of the step circuit, made where the cache does not hold them: minutes, once. */
export async function proverKeys(options: ProverKeysOptions = {}): Promise<KeyDirectory> {
  const { ptau, signal, onProgress } = options
  requireProver()
  onProgress?.('compile', 0, 0)
  const circuit = await compileCircuit(stepCircuit)
  return await ensureSetup(circuit, {
    ...(ptau !== undefined && { ptau }),
    ...(signal !== undefined && { signal }),
    ...(onProgress !== undefined && { onProgress }),
  })
}
