import type { CompiledCircuit } from '../circuit.ts'
import type { CircuitInput, WitnessSource } from '../engine.ts'
import { type BoundedGenerator, readGenerator, type WitnessLimits } from './witness-generator.ts'
import { WitnessThread } from './witness-thread.ts'

/** Witnesses of any circuit by circom's own WebAssembly generator, in a worker thread with bounds of memory and time. */
export class WasmWitnessSource implements WitnessSource {
  readonly #thread = new WitnessThread()
  readonly #generator: BoundedGenerator

  private constructor(generator: BoundedGenerator) {
    this.#generator = generator
  }

  /** Rejects with `E_WITNESS_MODULE` or `E_WITNESS_MEMORY` for a generator that may not be run. */
  static async open(circuit: CompiledCircuit, limits: WitnessLimits = {}): Promise<WasmWitnessSource> {
    return new WasmWitnessSource(await readGenerator(circuit, limits))
  }

  async witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array> {
    return await this.#thread.run(this.#generator, input, signal)
  }

  async close(): Promise<void> {
    await this.#thread.close()
  }
}
