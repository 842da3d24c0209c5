import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  abortedError,
  anInteger,
  errorCode,
  type OptionRules,
  optional,
  requireOptions,
  throwIfAborted,
  WscError,
} from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { CircuitInput, WitnessSource } from '../engine.ts'
import type { WitnessErrorCode } from '../errors.ts'
import { confineModule, MAX_MODULE_BYTES, PAGE_BYTES } from '../witness-module.ts'
import { readR1csCounts } from './r1cs-header.ts'
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './witness-messages.ts'

/**
 * What a witness generator may take. Circuits of strangers are run, so there is no way to leave these out. They bound
 * WebAssembly's memory, JavaScript's heap and the time of running. The memory that the engine's compiler takes is its
 * process's own and outside of them: it is bounded only by counts of the module (its size, the locals of its functions
 * times their lengths), not by a number of bytes, and values on the operand stack are not counted.
 */
export interface WitnessLimits {
  /** Memory of the generator, and again of the thread around it; 1 GiB by default. */
  readonly memoryBytes?: number
  /** Time of one witness, that of loading the generator included; a minute by default. */
  readonly milliseconds?: number
}

/** A limit that is no number bounds nothing. A timer takes 31 bits of milliseconds, WebAssembly 32 of memory. */
const LIMITS: OptionRules<WitnessLimits> = {
  memoryBytes: optional(anInteger(PAGE_BYTES, 2 ** 32)),
  milliseconds: optional(anInteger(1, 2 ** 31 - 1)),
}

const DEFAULTS = { memoryBytes: 2 ** 30, milliseconds: 60_000 } as const

/** A thread needs some heap to start at all; inputs, which are numbers as objects, need some more. */
const HEAP_MEGABYTES = 256

/** The package holds JavaScript, the clone TypeScript. */
const WORKER = new URL(`./witness-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)

/**
 * Witnesses of any circuit by circom's own WebAssembly generator, in a worker thread with bounds of memory and time.
 * Requests wait for one another. Whatever ends the thread (its time, its memory, a signal) ends one request: the next
 * one has a new thread.
 */
export class WasmWitnessSource implements WitnessSource {
  readonly #start: WorkerStart
  readonly #milliseconds: number
  #worker: Worker | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  private constructor(start: WorkerStart, milliseconds: number) {
    this.#start = start
    this.#milliseconds = milliseconds
  }

  /** Rejects with `E_WITNESS_MODULE` or `E_WITNESS_MEMORY` for a generator that may not be run. */
  static async open(circuit: CompiledCircuit, limits: WitnessLimits = {}): Promise<WasmWitnessSource> {
    requireOptions('WasmWitnessSource.open', limits, LIMITS)
    const { memoryBytes = DEFAULTS.memoryBytes, milliseconds = DEFAULTS.milliseconds } = limits
    const { wires } = await readR1csCounts(circuit.r1cs)
    const confined = confineModule(await readRegular(circuit.wasm, MAX_MODULE_BYTES), memoryBytes)
    if (!confined.ok) {
      const code: WitnessErrorCode = confined.reject === 'memory' ? 'E_WITNESS_MEMORY' : 'E_WITNESS_MODULE'
      throw new WscError(code, `the witness generator is not run: ${confined.detail} (${confined.reject})`)
    }
    if (wires * 32 > memoryBytes) {
      throw new WscError<WitnessErrorCode>('E_WITNESS_MEMORY', `a witness of ${wires} wires takes more than the limit`)
    }
    return new WasmWitnessSource({ wasm: confined.wasm, wires }, milliseconds)
  }

  async witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array> {
    const answer = this.#queue.then(() => this.#ask(input, signal))
    this.#queue = answer.catch(() => undefined)
    return await answer
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #ask(input: CircuitInput, signal: AbortSignal | undefined): Promise<Uint8Array> {
    throwIfAborted(signal)
    if (this.#closed) throw new WscError<WitnessErrorCode>('E_WITNESS', 'the source of witnesses is closed')
    this.#worker ??= this.#begin()
    const worker = this.#worker
    // Idle, it keeps no process alive.
    worker.ref()
    const answer = await this.#answer(worker, input, signal).catch(async (error) => {
      await this.#end()
      throw error
    })
    worker.unref()
    if ('witness' in answer) return answer.witness
    throw new WscError(answer.code, answer.message)
  }

  /** Rejects where the thread has not answered, and is to be ended. */
  async #answer(worker: Worker, input: CircuitInput, signal: AbortSignal | undefined): Promise<WorkerAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer>()
    const fail = (code: WitnessErrorCode, message: string, cause?: unknown) =>
      reject(new WscError(code, `no witness: ${message}`, { cause }))
    const onError = (cause: Error) => {
      if (errorCode(cause) === 'ERR_WORKER_OUT_OF_MEMORY') fail('E_WITNESS_MEMORY', 'it takes too much memory', cause)
      else fail('E_WITNESS_TRAP', `the thread failed: ${cause.message}`, cause)
    }
    const onExit = () => fail('E_WITNESS', 'the source of witnesses was closed')
    const onAbort = () => reject(abortedError(signal?.reason))
    const late = () => fail('E_WITNESS_TIME', `it takes more than ${this.#milliseconds} ms`)
    const timer = setTimeout(late, this.#milliseconds)
    worker.on('message', resolve).on('error', onError).on('exit', onExit)
    signal?.addEventListener('abort', onAbort)
    try {
      post(worker, input)
      return await promise
    } finally {
      clearTimeout(timer)
      worker.off('message', resolve).off('error', onError).off('exit', onExit)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #begin(): Worker {
    const worker = new Worker(WORKER, {
      workerData: this.#start,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      env: {},
      execArgv: [],
    })
    // One that fails without being asked is replaced when it is.
    return worker.on('error', () => {
      if (this.#worker === worker) this.#worker = undefined
    })
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}

function post(worker: Worker, input: WorkerRequest): void {
  try {
    worker.postMessage(input)
  } catch (cause) {
    // What cannot be cloned is no number.
    throw new WscError<WitnessErrorCode>('E_WITNESS', `no witness: ${(cause as Error).message}`, { cause })
  }
}
