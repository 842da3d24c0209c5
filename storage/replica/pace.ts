/** Pieces of work that a pace follows from. */
const MOST = 64

/** How fast pieces of work end, by those that ended last; pauses in between are to be told. */
export class Pace {
  /** When the first one began, and when each ended, milliseconds. */
  #times: number[] = []

  /** Work begins, perhaps after a pause. */
  begin(now: number): void {
    if (this.#times.length === 0) this.#times.push(now)
  }

  ended(now: number): void {
    this.#times.push(now)
    if (this.#times.length > MOST) this.#times.shift()
  }

  /** There is a pause from now on: what ended before it tells nothing of what comes after. */
  pause(): void {
    this.#times = []
  }

  /** Pieces a second; null where none has ended yet. */
  get perSecond(): number | null {
    const [first, last] = [this.#times[0], this.#times.at(-1)]
    if (first === undefined || last === undefined || last <= first) return null
    return (1_000 * (this.#times.length - 1)) / (last - first)
  }
}
