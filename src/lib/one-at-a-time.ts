/** Does pieces of work of one name one after the other; those of other names do not wait. */
export class OneAtATime {
  readonly #running = new Map<string, Promise<void>>()

  async run<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    while (this.#running.has(name)) await this.#running.get(name)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running.set(name, promise)
    try {
      return await work()
    } finally {
      this.#running.delete(name)
      resolve()
    }
  }
}
