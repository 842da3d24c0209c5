import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { abortedError, errorCode, throwIfAborted, WscError } from '../../lib/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { CircuitInput, WitnessSource } from '../engine.ts'
import type { WitnessErrorCode } from '../errors.ts'
import { type BoundedGenerator, readGenerator } from './witness-generator.ts'
import type { WorkerAnswer, WorkerRequest } from './witness-messages.ts'

/** A thread needs some heap to start at all; inputs, which are numbers as objects, need some more. */
const HEAP_MEGABYTES = 256

/** The package holds JavaScript, the clone TypeScript. */
const WORKER = new URL(`./witness-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)

/**
 * A worker thread that runs circom's generators, with bounds of memory and time. It holds one generator, the last that it ran: to
 * load another takes a tenth of what a thread takes to start, and a thread with its generator takes some 40 MB.
 *
 * Requests wait for one another. Whatever ends the thread (its time, its memory, a signal) ends one request: the next
 * one has a new thread.
 */
export class WitnessThread {
  #worker: Worker | undefined
  /** What the worker holds. */
  #loaded: BoundedGenerator | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  /** Witnesses of a circuit, made here in turns with those of others; this thread goes on when it is closed. */
  async open(circuit: CompiledCircuit): Promise<WitnessSource> {
    const generator = await readGenerator(circuit)
    return { witness: (input, signal) => this.run(generator, input, signal), close: async () => undefined }
  }

  async run(generator: BoundedGenerator, input: CircuitInput, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const answer = this.#queue.then(() => this.#ask(generator, input, signal))
    this.#queue = answer.catch(() => undefined)
    return await answer
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #ask(generator: BoundedGenerator, input: CircuitInput, signal: AbortSignal | undefined): Promise<Uint8Array> {
    throwIfAborted(signal)
    if (this.#closed) throw new WscError<WitnessErrorCode>('E_WITNESS', 'the source of witnesses is closed')
    this.#worker ??= this.#begin()
    const worker = this.#worker
    const request = this.#loaded === generator ? { input } : { generator, input }
    // Idle, it keeps no process alive.
    worker.ref()
    const answer = await this.#answer(worker, request, generator.milliseconds, signal).catch(async (error) => {
      await this.#end()
      throw error
    })
    worker.unref()
    this.#loaded = 'witness' in answer ? generator : undefined
    if ('witness' in answer) return answer.witness
    throw new WscError(answer.code, answer.message)
  }

  /** Rejects where the thread has not answered, and is to be ended. */
  async #answer(
    worker: Worker,
    request: WorkerRequest,
    milliseconds: number,
    signal: AbortSignal | undefined,
  ): Promise<WorkerAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer>()
    const fail = (code: WitnessErrorCode, message: string, cause?: unknown) =>
      reject(new WscError(code, `no witness: ${message}`, { cause }))
    const onError = (cause: Error) => {
      if (errorCode(cause) === 'ERR_WORKER_OUT_OF_MEMORY') fail('E_WITNESS_MEMORY', 'it takes too much memory', cause)
      else fail('E_WITNESS_TRAP', `the thread failed: ${cause.message}`, cause)
    }
    const onExit = () => fail('E_WITNESS', 'the source of witnesses was closed')
    const onAbort = () => reject(abortedError(signal?.reason))
    const late = () => fail('E_WITNESS_TIME', `it takes more than ${milliseconds} ms`)
    const timer = setTimeout(late, milliseconds)
    worker.on('message', resolve).on('error', onError).on('exit', onExit)
    signal?.addEventListener('abort', onAbort)
    try {
      post(worker, request)
      return await promise
    } finally {
      clearTimeout(timer)
      worker.off('message', resolve).off('error', onError).off('exit', onExit)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #begin(): Worker {
    const worker = new Worker(WORKER, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      env: {},
      execArgv: [],
    })
    this.#loaded = undefined
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

function post(worker: Worker, request: WorkerRequest): void {
  try {
    worker.postMessage(request)
  } catch (cause) {
    // What cannot be cloned is no number.
    throw new WscError<WitnessErrorCode>('E_WITNESS', `no witness: ${(cause as Error).message}`, { cause })
  }
}
