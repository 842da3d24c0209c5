import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { abortedError, WscError } from '../../../lib/index.ts'
import { limitProcess, spawnConfined } from '../../../lib/io/index.ts'
import type { WitnessErrorCode } from '../../../proving/index.ts'
import { FrameReader, frame } from './frames.ts'
import { ANSWER, MAX_FAILURE_BYTES, readFailure } from './messages.ts'

export interface ProcessOptions {
  readonly entry: string
  readonly args?: readonly string[]
  readonly wasm: Uint8Array
  readonly wires: number
  readonly memoryBytes: number
}

const HEAP_MEGABYTES = 256
/** Of memory beside the generator's memory: JavaScript's heap, inputs, the witness, and the engine's compiler. */
const OTHER_BYTES = 2 ** 30
/** Node's own start, before the stranger's module is there: a busy machine is late. */
const START_MS = 60_000
/** A process whose parent is gone ends after so much of processor time, whatever it computes. */
const CPU_SECONDS = 6 * 3_600
/** What is kept of its error output, to see what ended it. */
const MAX_STDERR = 4_096

/** One confined process with one generator. It answers one question after another, until something ends it. */
export class WitnessProcess {
  readonly #child: ChildProcess
  readonly #stdin: Writable
  readonly #frames: FrameReader
  readonly #options: ProcessOptions
  #waiting: PromiseWithResolvers<Uint8Array> | undefined
  #stderr = ''
  #isLoaded = false
  /** Whether it has ended, or is being ended. */
  isOver = false

  private constructor(child: ChildProcess, options: ProcessOptions) {
    this.#child = child
    this.#options = options
    this.#stdin = child.stdin as Writable
    // The kind, then a whole witness or a failure.
    this.#frames = new FrameReader(1 + Math.max(options.wires * 32, MAX_FAILURE_BYTES))
    // It may end while it is written to.
    this.#stdin.on('error', () => undefined)
    ;(child.stdout as Readable).on('data', (piece: Buffer) => this.#hear(piece))
    ;(child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR)
    })
    child.on('error', (error) => this.#over(failure('E_WITNESS_TRAP', `no process: ${error.message}`)))
    child.on('close', (code, signal) => this.#over(this.#endedBy(code, signal)))
  }

  /** Starts one, takes from it what it may not have, and only then gives it the module. */
  static async start(options: ProcessOptions, signal?: AbortSignal): Promise<WitnessProcess> {
    const { entry, args = [], wires, memoryBytes } = options
    const child = spawnConfined({ entry, args, heapMegabytes: HEAP_MEGABYTES })
    const process = new WitnessProcess(child, options)
    await process.#answer(ANSWER.ready, START_MS, signal)
    const limits = { descriptors: 0, fileBytes: 0, memoryBytes: memoryBytes + OTHER_BYTES, cpuSeconds: CPU_SECONDS }
    await limitProcess(child.pid as number, limits)
    process.#stdin.write(frame(new TextEncoder().encode(JSON.stringify({ wires }))))
    return process
  }

  async witness(input: Uint8Array, milliseconds: number, signal?: AbortSignal): Promise<Uint8Array> {
    const until = performance.now() + milliseconds
    this.#hold(true)
    try {
      if (!this.#isLoaded) {
        this.#stdin.write(frame(this.#options.wasm))
        await this.#answer(ANSWER.loaded, milliseconds, signal)
        this.#isLoaded = true
      }
      this.#stdin.write(frame(input))
      const witness = await this.#answer(ANSWER.witness, Math.max(1, until - performance.now()), signal)
      if (witness.length === this.#options.wires * 32) return witness
      await this.end()
      throw failure('E_WITNESS_TRAP', `no witness: ${witness.length} bytes`)
    } finally {
      if (!this.#isLoaded) await this.end()
      this.#hold(false)
    }
  }

  async end(): Promise<void> {
    this.isOver = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return
    // Idle, it keeps nobody alive who waits for its end either.
    this.#hold(true)
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }

  /** The next answer, of this kind; in time. Else the process is ended. */
  async #answer(kind: number, milliseconds: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const waiting = Promise.withResolvers<Uint8Array>()
    this.#waiting = waiting
    if (this.isOver) waiting.reject(failure('E_WITNESS_TRAP', 'no witness: the process has ended'))
    const onAbort = () => waiting.reject(abortedError(signal?.reason))
    const late = () => waiting.reject(failure('E_WITNESS_TIME', `no witness: it takes more than ${milliseconds} ms`))
    const timer = setTimeout(late, milliseconds)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    try {
      const answer = await waiting.promise
      const body = answer.subarray(1)
      if (answer[0] === kind) return body
      const told = answer[0] === ANSWER.failure ? readFailure(body) : null
      if (told === null) throw failure('E_WITNESS_TRAP', 'no witness: its process answers nonsense')
      throw new ToldFailure(told.code, told.message)
    } catch (error) {
      // A generator that says what is wrong may be asked again.
      if (!(error instanceof ToldFailure)) await this.end()
      throw error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      this.#waiting = undefined
    }
  }

  #hear(piece: Uint8Array): void {
    try {
      for (const answer of this.#frames.push(piece)) {
        if (this.#waiting === undefined) throw new RangeError('it speaks without being asked')
        this.#waiting.resolve(answer)
        this.#waiting = undefined
      }
    } catch (error) {
      this.#over(failure('E_WITNESS_TRAP', `no witness: ${(error as Error).message}`))
      this.#child.kill('SIGKILL')
    }
  }

  #over(error: Error): void {
    this.isOver = true
    this.#waiting?.reject(error)
  }

  #endedBy(code: number | null, signal: string | null): Error {
    const isMemory = /out of memory|Array buffer allocation failed|OOM/i.test(this.#stderr)
    if (isMemory) return failure('E_WITNESS_MEMORY', 'no witness: it takes too much memory')
    return failure('E_WITNESS_TRAP', `no witness: its process ended (${signal ?? `exit ${code}`})`)
  }

  /** Idle, it keeps nobody alive. */
  #hold(isHeld: boolean): void {
    const streams = [this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown as Held[]
    for (const held of [this.#child as Held, ...streams]) isHeld ? held.ref?.() : held.unref?.()
  }
}

interface Held {
  ref?(): void
  unref?(): void
}

/** What the generator's process told of itself. */
class ToldFailure extends WscError<WitnessErrorCode> {}

function failure(code: WitnessErrorCode, message: string): WscError<WitnessErrorCode> {
  return new WscError(code, message)
}
