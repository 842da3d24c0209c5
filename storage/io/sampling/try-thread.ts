import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { abortedError } from '../../../src/lib/index.ts'
import type { Challenge } from '../../sampling/draws.ts'
import type { TryAnswer, TryRequest } from './try-messages.ts'

/** The package holds JavaScript, the clone TypeScript. */
const WORKER = new URL(`./try-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)

type Units = readonly (Uint8Array | null)[]

interface Waiting {
  resolve(answer: TryAnswer): void
  reject(error: Error): void
}

/** `TryBatch` in a thread of its own, one batch at a time; what is read is handed over, not copied. */
export class TryThread {
  readonly #worker = new Worker(WORKER)
  #waiting: Waiting | null = null
  #ended: Error | null = null

  constructor() {
    this.#worker.on('message', (answer: TryAnswer) => this.#settle((waiting) => waiting.resolve(answer)))
    this.#worker.on('error', (error) => this.#end(error as Error))
    this.#worker.on('exit', () => this.#end(abortedError()))
    this.#worker.unref()
  }

  /** The first unit of each of some tries. */
  async begin(challenge: Challenge, from: number, count: number): Promise<readonly (number | null)[]> {
    return unitsOf(await this.#ask({ challenge, from, count }))
  }

  /** From what lies at the first ones the second; null where a unit was not at hand. */
  async second(first: Units): Promise<readonly (number | null)[]> {
    return unitsOf(await this.#ask({ first }, first))
  }

  async tickets(second: Units): Promise<readonly (bigint | null)[]> {
    const answer = await this.#ask({ second }, second)
    if ('failed' in answer) throw new Error(`a try failed: ${answer.failed}`)
    if (!('tickets' in answer)) throw new Error('an answer to another question')
    return answer.tickets
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask(request: TryRequest, units: Units = []): Promise<TryAnswer> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const { promise, resolve, reject } = Promise.withResolvers<TryAnswer>()
    this.#waiting = { resolve, reject }
    // Each has a buffer of its own, or else it is copied.
    const own = units.flatMap((unit) =>
      unit !== null && unit.byteLength === unit.buffer.byteLength ? unit.buffer : [],
    )
    this.#worker.postMessage(request, own as ArrayBuffer[])
    return promise
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting !== null) how(waiting)
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#settle((waiting) => waiting.reject(error))
  }
}

function unitsOf(answer: TryAnswer): readonly (number | null)[] {
  if ('failed' in answer) throw new Error(`a try failed: ${answer.failed}`)
  if (!('units' in answer)) throw new Error('an answer to another question')
  return answer.units
}
