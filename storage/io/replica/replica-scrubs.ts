import type { StorageKernel } from '../../../src/proving/index.ts'
import type { ChunkStore } from './chunk-store.ts'
import { type ScrubCounts, type ScrubLevel, scrub } from './scrub.ts'

/** Blocks from one scrub of a level to the next. */
const EVERY: readonly (readonly [ScrubLevel, number])[] = [
  ['full', 1_008],
  ['cheap', 36],
  ['recent', 6],
]

/** The last scrub, and the height of the tip when it began. */
export interface LastScrub {
  readonly height: number
  readonly counts: ScrubCounts
}

/** Scrubs of a store that is in use, timed by blocks, one after another. */
export class ReplicaScrubs {
  readonly #kernel: StorageKernel
  readonly #store: ChunkStore
  readonly #ending = new AbortController()
  readonly #doneAt = new Map<ScrubLevel, number>()
  #turn = 0
  #underWay: Promise<void> | null = null
  #last: LastScrub | null = null

  constructor(kernel: StorageKernel, store: ChunkStore) {
    this.#kernel = kernel
    this.#store = store
  }

  get last(): LastScrub | null {
    return this.#last
  }

  /** Begins one where one is due: the most thorough of those that are. */
  atTip(height: number, done: (counts: ScrubCounts) => void): void {
    if (this.#underWay !== null) return
    // A process that has just begun has nothing to be thorough about yet.
    for (const [level] of EVERY) if (!this.#doneAt.has(level)) this.#doneAt.set(level, height)
    const due = EVERY.find(([level, blocks]) => Math.abs(height - (this.#doneAt.get(level) as number)) >= blocks)
    if (due === undefined) return
    this.#doneAt.set(due[0], height)
    const options = { level: due[0], turn: this.#turn++, signal: this.#ending.signal }
    this.#underWay = scrub(this.#kernel, this.#store, options)
      .then((counts) => {
        this.#last = { height, counts }
        this.#underWay = null
        done(counts)
      })
      // Ended with the store, or a disk that cannot be read: the next one tells.
      .catch(() => {
        this.#underWay = null
      })
  }

  /** Ends what is under way. */
  async settled(): Promise<void> {
    this.#ending.abort()
    await this.#underWay
  }
}
