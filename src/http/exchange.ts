/** A request and its answer: what goes on for it ends once the answer is taken in full, or its client is gone. */
export class Exchange {
  /** Made when somebody asks for its signal: most answers are there before. */
  #leaving: AbortController | null = null
  #ended = false
  readonly #ends = new Set<() => void>()
  #release = () => {}

  /** Fires with the end: what is still being made for the answer may stop. */
  get signal(): AbortSignal {
    this.#leaving ??= new AbortController()
    if (this.#ended) this.#leaving.abort()
    return this.#leaving.signal
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Runs `work` with the end, or at once after it. */
  atEnd(work: () => void): void {
    if (this.ended) work()
    else this.#ends.add(work)
  }

  /** Makes `release` what gives back what its answer takes: an answer that stands for another takes that one's place. */
  holds(release: () => void): void {
    this.#release()
    this.#release = release
    if (this.ended) release()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#leaving?.abort()
    this.#release()
    for (const work of this.#ends) work()
    this.#ends.clear()
  }
}
