/** Pauses between two tries for one blob, milliseconds: the first, doubled with each further one, up to the longest. */
export interface HealPauses {
  readonly firstMs: number
  readonly mostMs: number
}

interface Waiting {
  readonly dueAt: number
  readonly failures: number
}

/**
 * Blobs that are not whole, each tried again by itself: one that nobody gives is tried less and less often, and delays no
 * other.
 */
export class HealQueue {
  readonly #pauses: HealPauses
  /** Milliseconds. */
  readonly #clock: () => number
  readonly #waiting = new Map<string, Waiting>()

  constructor(pauses: HealPauses, clock: () => number) {
    this.#pauses = pauses
    this.#clock = clock
  }

  /** To be tried at once, if it does not wait already. */
  add(id: string): void {
    if (!this.#waiting.has(id)) this.#waiting.set(id, { dueAt: this.#clock(), failures: 0 })
  }

  /** Something has changed for it: it is tried at once. */
  hurry(id: string): void {
    if (this.#waiting.has(id)) this.#waiting.set(id, { dueAt: this.#clock(), failures: 0 })
  }

  /** Somebody new may have what is missing. */
  hurryAll(): void {
    for (const id of this.#waiting.keys()) this.hurry(id)
  }

  failed(id: string): void {
    const failures = (this.#waiting.get(id)?.failures ?? 0) + 1
    const pause = Math.min(this.#pauses.mostMs, this.#pauses.firstMs * 2 ** (failures - 1))
    this.#waiting.set(id, { dueAt: this.#clock() + pause, failures })
  }

  remove(id: string): void {
    this.#waiting.delete(id)
  }

  /** Whether everybody was asked for it in vain at least once since something changed. */
  hasFailed(id: string): boolean {
    return (this.#waiting.get(id)?.failures ?? 0) > 0
  }

  /** The one that is due longest, of those not under way; null where none is. */
  next(underWay: ReadonlySet<string>): string | null {
    const [first] = this.#inOrder(underWay)
    return first !== undefined && first[1].dueAt <= this.#clock() ? first[0] : null
  }

  /** Milliseconds until one is due; null where none waits. */
  dueIn(underWay: ReadonlySet<string>): number | null {
    const [first] = this.#inOrder(underWay)
    return first === undefined ? null : Math.max(0, first[1].dueAt - this.#clock())
  }

  #inOrder(underWay: ReadonlySet<string>): [string, Waiting][] {
    return [...this.#waiting].filter(([id]) => !underWay.has(id)).sort(([, a], [, b]) => a.dueAt - b.dueAt)
  }
}
