/** Work on one thing at a time; on different ones beside one another. */
export class InOrder {
  readonly #last = new Map<string, Promise<void>>()

  async of<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    const before = this.#last.get(name)
    const done = Promise.withResolvers<void>()
    this.#last.set(name, done.promise)
    try {
      await before
      return await work()
    } finally {
      if (this.#last.get(name) === done.promise) this.#last.delete(name)
      done.resolve()
    }
  }
}
