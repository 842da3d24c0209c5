import { throwIfAborted } from '../../../src/lib/index.ts'
import type { FoldEngine, StorageKernel, WitnessSource } from '../../../src/proving/index.ts'
import { STEPS } from '../../certificate/certificate.ts'
import { type StepState, stateBytes } from '../../certificate/statement.ts'
import { certifyInput, SAMPLES_A_STEP } from '../../sampling/certify-input.ts'
import type { OpenedUnit } from '../../sampling/opened-unit.ts'

/** What steps are proved by: loaded while there is something to prove. */
export interface StepsEngine {
  readonly kernel: Pick<StorageKernel, 'treeNodes'>
  readonly engine: FoldEngine
  readonly witnesses: WitnessSource
}

export interface ProveStepsOptions {
  readonly signal?: AbortSignal | undefined
  /** Of the steps, and one for the compression at the end. */
  onProgress?(done: number, total: number): void
}

/** Parts that progress is told of. */
export const PROVING_PARTS: number = STEPS + 1

/** Folds all samples from the start on and compresses them to one proof. The next witness is computed during a fold. */
export async function proveSteps(
  { kernel, engine, witnesses }: StepsEngine,
  start: StepState,
  samples: readonly OpenedUnit[],
  { signal, onProgress }: ProveStepsOptions = {},
): Promise<Uint8Array> {
  const made: Promise<Uint8Array>[] = []
  const ask = (step: number) => {
    if (step >= STEPS) return
    const first = step * SAMPLES_A_STEP
    const drawn = samples.slice(first, first + SAMPLES_A_STEP)
    const input = certifyInput(kernel, stateBytes({ ...start, sample: first }), drawn)
    made[step] = witnesses.witness(input, signal)
    // Whoever waits for it hears what went wrong; one that nobody came to wait for is no error of its own.
    made[step].catch(() => undefined)
  }
  ask(0)
  const fold = engine.begin(stateBytes(start))
  for (let step = 0; step < STEPS; step++) {
    const witness = (await made[step]) as Uint8Array
    delete made[step]
    ask(step + 1)
    await fold.fold(witness)
    throwIfAborted(signal)
    onProgress?.(step + 1, PROVING_PARTS)
  }
  const proof = await fold.compress(signal === undefined ? {} : { signal })
  onProgress?.(PROVING_PARTS, PROVING_PARTS)
  return proof
}
