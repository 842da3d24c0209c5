/** Blocks that are remembered with when they were seen. */
const SEEN = 64

/** When blocks were seen here first, of the last ones. */
export class SeenBlocks {
  readonly #at = new Map<string, number>()

  add(blockHash: string, now: number): void {
    if (this.#at.has(blockHash)) return
    this.#at.set(blockHash, now)
    if (this.#at.size > SEEN) this.#at.delete(this.#at.keys().next().value as string)
  }

  /** Milliseconds from then on; null of one that was not seen. */
  since(blockHash: string, now: number): number | null {
    const at = this.#at.get(blockHash)
    return at === undefined ? null : now - at
  }
}
