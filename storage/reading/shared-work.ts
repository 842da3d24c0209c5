import { orAborted, throwIfAborted } from '../../src/lib/index.ts'

interface Work<Value> {
  readonly done: Promise<Value>
  readonly abort: AbortController
  waiting: number
}

/** Work that several want is done once for all of them. */
export class SharedWork<Value> {
  readonly #goesOn: boolean
  readonly #works = new Map<string, Work<Value>>()

  /** @param goesOn whether it is ended for those who come later, though nobody waits for it any more */
  constructor(goesOn: boolean) {
    this.#goesOn = goesOn
  }

  /** Works that go on. */
  get size(): number {
    return this.#works.size
  }

  has(key: string): boolean {
    return this.#works.has(key)
  }

  /**
   * What the work of this key gives, which is begun where it does not go on. Throws E_ABORTED once `signal` fires; the one
   * that `begin` is given fires once the work is to end, and `isWanted` tells whether anybody waits for it.
   */
  async of(
    key: string,
    begin: (ending: AbortSignal, isWanted: () => boolean) => Promise<Value>,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    throwIfAborted(signal)
    const work = this.#works.get(key) ?? this.#begin(key, begin)
    work.waiting++
    try {
      return await orAborted(work.done, signal)
    } catch (error) {
      throwIfAborted(signal)
      throw error
    } finally {
      if (--work.waiting === 0 && !this.#goesOn) this.#end(key, work)
    }
  }

  /** Ends all of it, and waits until it has ended. */
  async close(): Promise<void> {
    const works = [...this.#works.values()]
    for (const { abort } of works) abort.abort()
    await Promise.allSettled(works.map(({ done }) => done))
  }

  #begin(key: string, begin: (ending: AbortSignal, isWanted: () => boolean) => Promise<Value>): Work<Value> {
    const abort = new AbortController()
    const isWanted = () => work.waiting > 0
    // It begins once the first one waits.
    const done = Promise.resolve().then(() => begin(abort.signal, isWanted))
    const work: Work<Value> = { done, abort, waiting: 0 }
    this.#works.set(key, work)
    const ended = () => {
      if (this.#works.get(key) === work) this.#works.delete(key)
    }
    work.done.then(ended, ended)
    return work
  }

  /** Nobody waits any more; who comes now begins anew. */
  #end(key: string, work: Work<Value>): void {
    work.abort.abort()
    if (this.#works.get(key) === work) this.#works.delete(key)
  }
}
