import type { WitnessSource } from '../../proving/index.ts'
import { type KeyDirectory, NativeEngine, WitnessThread } from '../../proving/io/index.ts'
import { KeptFolds } from './kept-folds.ts'
import type { CompiledGraph } from './open-program.ts'
import { openWitnesses } from './sandbox/open-witnesses.ts'

/** Engines that are kept, of the circuits proved last; others live as long as a fold that is theirs. */
const KEPT = 4

/** What proofs of streams share that are made one after another: engines, folds to go on with, one thread for all witnesses. */
export class StreamEngines {
  /** By the folder of their keys, the last used at the end: programs of one circuit have one. */
  readonly #engines = new Map<string, Promise<NativeEngine>>()
  readonly #thread = new WitnessThread()
  readonly folds = new KeptFolds()

  async engine(keys: KeyDirectory): Promise<NativeEngine> {
    const { directory } = keys
    const engine = this.#engines.get(directory) ?? NativeEngine.load(keys)
    this.#engines.delete(directory)
    this.#engines.set(directory, engine)
    const [oldest] = this.#engines.keys()
    if (this.#engines.size > KEPT && oldest !== undefined) this.#engines.delete(oldest)
    try {
      return await engine
    } catch (error) {
      if (this.#engines.get(directory) === engine) this.#engines.delete(directory)
      throw error
    }
  }

  async witnesses(graph: Pick<CompiledGraph, 'circuit' | 'bundled'>): Promise<WitnessSource> {
    return await openWitnesses(graph, this.#thread)
  }

  async close(): Promise<void> {
    this.#engines.clear()
    this.folds.clear()
    await this.#thread.close()
  }
}
