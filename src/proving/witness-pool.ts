import { Worker } from 'node:worker_threads'
import type { CircuitInput, WitnessSource } from './engine.ts'
import { WitnessError } from './witness-calculator.ts'

interface Job {
  readonly resolve: (witness: Uint8Array) => void
  readonly reject: (error: Error) => void
}

// Built to JavaScript, the worker lies beside this file under the other ending.
const workerFile = new URL(`./witness-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** Answers of the worker, in the order of the questions. */
export type WitnessReply = { readonly witness: Uint8Array<ArrayBuffer> } | { readonly error: string }

/**
 * Computes witnesses in a worker thread that keeps one WebAssembly instance, so that they overlap with folding.
 * Questions are answered in order.
 */
export class WitnessPool implements WitnessSource {
  readonly #worker: Worker
  readonly #jobs: Job[] = []
  #failed: Error | undefined

  /** @param wasm path of the circuit's witness generator */
  constructor(wasm: string) {
    this.#worker = new Worker(workerFile, { workerData: { wasm } })
    this.#worker.on('message', (reply: WitnessReply) => {
      const job = this.#jobs.shift()
      if ('error' in reply) job?.reject(new WitnessError(reply.error))
      else job?.resolve(reply.witness)
    })
    this.#worker.on('error', (cause) => this.#fail(new WitnessError('the witness worker died', { cause })))
    this.#worker.on('exit', () => this.#fail(new WitnessError('the witness worker has ended')))
    // Idle, it must not keep the process alive.
    this.#worker.unref()
  }

  witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed)
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    return new Promise((resolve, reject) => {
      const aborted = () => reject(signal?.reason as Error)
      signal?.addEventListener('abort', aborted, { once: true })
      const settle = () => {
        signal?.removeEventListener('abort', aborted)
        if (this.#jobs.length === 0) this.#worker.unref()
      }
      this.#worker.ref()
      this.#jobs.push({
        resolve: (witness) => {
          settle()
          resolve(witness)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      })
      this.#worker.postMessage(input)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#failed ??= error
    for (const job of this.#jobs.splice(0)) job.reject(this.#failed)
  }
}
