/** Blocks at which a request is looked at that cannot be judged, or read, as yet. */
export const TRIES = 4

interface Later {
  readonly program: string
  readonly tries: number
  isDue: boolean
}

/** How often requests were looked at in vain: each is once at a block, and a few times in all. */
export class LaterTries {
  readonly #later = new Map<string, Later>()

  /** There is another tip. */
  moved(): void {
    for (const one of this.#later.values()) one.isDue = true
  }

  /** Those of a program that are not open any more are forgotten. */
  keep(program: string, open: ReadonlyMap<string, unknown>): void {
    for (const [key, one] of this.#later) if (one.program === program && !open.has(key)) this.#later.delete(key)
  }

  of(key: string): number {
    return this.#later.get(key)?.tries ?? 0
  }

  isDue(key: string): boolean {
    return this.#later.get(key)?.isDue !== false
  }

  /** It was in vain once more; false where that was often enough. */
  add(key: string, program: string): boolean {
    const tries = 1 + this.of(key)
    if (tries >= TRIES) return false
    this.#later.set(key, { program, tries, isDue: false })
    return true
  }
}
