import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { CircuitInput, CompiledCircuit, WitnessSource } from '../../src/proving/index.ts'

/** Witnesses by circom's WebAssembly generator in a worker thread: for circuits that have no native one. */
export class WasmWitnessSource implements WitnessSource {
  readonly #worker: Worker
  #queue: Promise<unknown> = Promise.resolve()

  constructor(circuit: CompiledCircuit) {
    this.#worker = new Worker(new URL('witness-worker.ts', import.meta.url), { workerData: circuit.wasm })
  }

  witness(input: CircuitInput): Promise<Uint8Array> {
    const answer = this.#queue.then(async () => {
      this.#worker.postMessage(input)
      const [witness] = (await once(this.#worker, 'message')) as [Uint8Array]
      return witness
    })
    this.#queue = answer.catch(() => undefined)
    return answer
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
