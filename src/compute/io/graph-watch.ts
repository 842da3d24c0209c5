import { existsSync, type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  delay,
  Emitter,
  type Events,
  isInterrupt,
  orAborted,
  Running,
  type RunningService,
  WscError,
} from '../../lib/index.ts'
import { computeError } from '../errors.ts'
import { VECTORS_FILE } from '../vectors/vectors.ts'
import { type CompiledGraph, compileGraph, readGraph } from './open-program.ts'
import { openVectors, runVectors, type VectorOutcome } from './vectors/run-vectors.ts'

export interface GraphWatchEvents {
  /** It began to compile. */
  readonly compiling: object
  /** It compiles, and is what its manifest says. */
  readonly compiled: { readonly graph: CompiledGraph }
  /** What came of its vectors, for a graph that has some. */
  readonly tested: { readonly outcomes: readonly VectorOutcome[] }
  /** Something of it is not as it must be; the message names file and line where it is a source's. */
  readonly failed: WscError
}

/** An editor writes a file in several steps, and saves several files at once. */
const STILL_MS = 100

/** Compiles a graph and runs its vectors, at once and whenever a file of its folder is saved; what was begun before is given up. */
export class GraphWatch implements RunningService {
  readonly #folder: string
  readonly #events = new Emitter<GraphWatchEvents>()
  readonly #running = new Running()

  constructor(folder: string) {
    this.#folder = folder
  }

  get events(): Events<GraphWatchEvents> {
    return this.#events
  }

  /** Throws E_MANIFEST where there is no such folder. */
  async start(signal?: AbortSignal): Promise<void> {
    const open = async () => {
      const found = await stat(this.#folder).catch(() => null)
      if (!found?.isDirectory()) throw computeError('E_MANIFEST', `${this.#folder} is no folder`)
      return watch(this.#folder, { recursive: true })
    }
    await this.#running.openAndBegin(open, (watcher, ending) => this.#follow(watcher, ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #follow(watcher: FSWatcher, signal: AbortSignal): Promise<void> {
    let changed = Promise.withResolvers<void>()
    const onChange = () => changed.resolve()
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => undefined)
    watcher.on('change', onChange).on('error', broken.reject)
    try {
      for (;;) {
        changed = Promise.withResolvers<void>()
        const again = changed.promise
        const round = new AbortController()
        void again.then(() => round.abort())
        const either = AbortSignal.any([signal, round.signal])
        await this.#round(either).catch((error: unknown) => {
          if (signal.aborted || !isInterrupt(error, either)) throw error
        })
        await orAborted(Promise.race([again, broken.promise]), signal)
        await this.#untilStill(() => {
          changed = Promise.withResolvers<void>()
          return changed.promise
        }, signal)
      }
    } finally {
      watcher.close()
    }
  }

  async #untilStill(next: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (;;) {
      const isChanged = next().then(() => true)
      if (!(await Promise.race([isChanged, delay(STILL_MS, signal).then(() => false)]))) return
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    this.#events.emit('compiling', {})
    try {
      const graph = await compileGraph(await readGraph(this.#folder), signal)
      this.#events.emit('compiled', { graph })
      if (!existsSync(join(this.#folder, VECTORS_FILE))) return
      const outcomes = await runVectors(graph, await openVectors(this.#folder), { signal })
      this.#events.emit('tested', { outcomes })
    } catch (error) {
      if (isInterrupt(error, signal) || !(error instanceof WscError)) throw error
      this.#events.emit('failed', error)
    }
  }
}
