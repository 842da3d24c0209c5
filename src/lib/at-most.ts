import { orAborted, throwIfAborted } from './abort.ts'

/** So many pieces of work at a time; others wait, and begin in the order in which they came. */
export class AtMost {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Throws before it has begun where the signal fires while it waits. */
  async run<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    throwIfAborted(signal)
    if (this.#running < this.#most) this.#running++
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    try {
      await orAborted(promise, signal)
    } catch (error) {
      // Its place may have been given to it just now.
      if (!this.#waiting.delete(resolve)) this.#next()
      throw error
    }
  }

  /** The place goes to who has waited longest. */
  #next(): void {
    const [first] = this.#waiting
    if (first === undefined) {
      this.#running--
      return
    }
    this.#waiting.delete(first)
    first()
  }
}
