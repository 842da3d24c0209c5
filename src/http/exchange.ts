/** A request and its answer: what goes on for it ends once the answer is taken in full, or its client is gone. */
export class Exchange {
  readonly #leaving = new AbortController()
  readonly #ends = new Set<() => void>()

  /** Fires with the end: what is still being made for the answer may stop. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  get ended(): boolean {
    return this.#leaving.signal.aborted
  }

  /** Runs `work` with the end, or at once after it. */
  atEnd(work: () => void): void {
    if (this.ended) work()
    else this.#ends.add(work)
  }

  end(): void {
    if (this.ended) return
    this.#leaving.abort()
    for (const work of this.#ends) work()
    this.#ends.clear()
  }
}
