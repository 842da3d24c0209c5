/** So often in a row a program may fail. */
const BORNE = 3
/** First pause after that, milliseconds; doubled with each further failure. */
const FIRST_MS = 600_000
const MOST_MS = 86_400_000

/** How a node spares a program at which it keeps failing: others are to prove it, or nobody can. */
export class Pauses {
  #failures = 0
  #until = 0

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Milliseconds until it may try again, 0 where it may now. */
  left(now: number): number {
    return Math.max(0, this.#until - now)
  }

  worked(): void {
    this.#failures = 0
    this.#until = 0
  }

  /** Milliseconds that the program is paused for, 0 where it is not. */
  failed(now: number): number {
    this.#failures++
    if (this.#failures < BORNE) return 0
    const ms = Math.min(MOST_MS, FIRST_MS * 2 ** (this.#failures - BORNE))
    this.#until = now + ms
    return ms
  }
}
