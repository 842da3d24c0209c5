/** Bytes that may go out: so many a second on average, and as many as of ten seconds at once. */
export class ByteBudget {
  readonly #perSecond: number
  /** Milliseconds. */
  readonly #clock: () => number
  #left: number
  #at: number

  constructor(perSecond: number, clock: () => number) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#left = 10 * perSecond
    this.#at = clock()
  }

  /** Whether there is room; what is taken is gone. */
  take(bytes: number): boolean {
    const now = this.#clock()
    this.#left = Math.min(10 * this.#perSecond, this.#left + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#left < bytes) return false
    this.#left -= bytes
    return true
  }
}
