import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { anInteger, type OptionRules, optional, requireOptions, throwIfAborted, WscError } from '../../../lib/index.ts'
import { readRegular } from '../../../lib/io/index.ts'
import {
  type CircuitInput,
  type CompiledCircuit,
  confineModule,
  MAX_MODULE_BYTES,
  PAGE_BYTES,
  type WitnessErrorCode,
  type WitnessSource,
} from '../../../proving/index.ts'
import { readR1csCounts } from '../../../proving/io/index.ts'
import { encodeInput, MAX_INPUT_BYTES } from './messages.ts'
import { WitnessProcess } from './witness-process.ts'

/** What a stranger's generator may take. */
export interface SandboxLimits {
  /** Of WebAssembly's memory; 1 GiB by default. */
  readonly memoryBytes?: number
  /** Of one witness, that of loading the generator included; a minute by default. */
  readonly milliseconds?: number
}

const LIMITS: OptionRules<SandboxLimits> = {
  memoryBytes: optional(anInteger(PAGE_BYTES, 2 ** 32)),
  milliseconds: optional(anInteger(1, 2 ** 31 - 1)),
}

const DEFAULTS = { memoryBytes: 2 ** 30, milliseconds: 60_000 } as const

/** The package holds JavaScript, the clone TypeScript. */
const CHILD = fileURLToPath(new URL(`./witness-child${extname(fileURLToPath(import.meta.url))}`, import.meta.url))

/**
 * Witnesses of a stranger's circuit: its generator is checked before it is compiled, and runs in a confined process of its
 * own (docs/sandbox.md). Requests wait for one another. Whatever ends the process ends one request: the next one has a new
 * process.
 */
export class SandboxedWitnesses implements WitnessSource {
  readonly #wasm: Uint8Array
  readonly #wires: number
  readonly #limits: Required<SandboxLimits>
  #process: WitnessProcess | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  private constructor(wasm: Uint8Array, wires: number, limits: Required<SandboxLimits>) {
    this.#wasm = wasm
    this.#wires = wires
    this.#limits = limits
  }

  /** Rejects with `E_WITNESS_MODULE` or `E_WITNESS_MEMORY` for a generator that may not be run. */
  static async open(circuit: CompiledCircuit, limits: SandboxLimits = {}): Promise<SandboxedWitnesses> {
    requireOptions('SandboxedWitnesses.open', limits, LIMITS)
    const all = { ...DEFAULTS, ...limits }
    const { wires } = await readR1csCounts(circuit.r1cs)
    const confined = confineModule(await readRegular(circuit.wasm, MAX_MODULE_BYTES), all.memoryBytes)
    if (!confined.ok) {
      const code = confined.reject === 'memory' ? 'E_WITNESS_MEMORY' : 'E_WITNESS_MODULE'
      throw failure(code, `the witness generator is not run: ${confined.detail} (${confined.reject})`)
    }
    if (wires * 32 > all.memoryBytes) {
      throw failure('E_WITNESS_MEMORY', `a witness of ${wires} wires takes more than the limit`)
    }
    return new SandboxedWitnesses(confined.wasm, wires, all)
  }

  async witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array> {
    const answer = this.#queue.then(() => this.#ask(input, signal))
    this.#queue = answer.catch(() => undefined)
    return await answer
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#process?.end()
  }

  async #ask(input: CircuitInput, signal: AbortSignal | undefined): Promise<Uint8Array> {
    throwIfAborted(signal)
    if (this.#closed) throw failure('E_WITNESS', 'the source of witnesses is closed')
    const encoded = encodeInput(input)
    if (encoded.length > MAX_INPUT_BYTES) throw failure('E_WITNESS', `inputs of ${encoded.length} bytes`)
    if (this.#process?.isOver !== false) {
      const { memoryBytes } = this.#limits
      const process = { entry: CHILD, wasm: this.#wasm, wires: this.#wires, memoryBytes }
      this.#process = await WitnessProcess.start(process, signal)
    }
    return await this.#process.witness(encoded, this.#limits.milliseconds, signal)
  }
}

function failure(code: WitnessErrorCode, message: string): WscError<WitnessErrorCode> {
  return new WscError(code, message)
}
