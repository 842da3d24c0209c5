import { asError, isInterrupt } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import type { ScrubLevel } from '../../replica/scrub-levels.ts'
import type { ChunkStore } from './chunk-store.ts'
import { type ScrubCounts, scrub } from './scrub.ts'

/** Blocks from one scrub of a level to the next. */
const EVERY: readonly (readonly [ScrubLevel, number])[] = [
  ['full', 1_008],
  ['cheap', 36],
  ['recent', 6],
]

export interface ScrubsComponents {
  readonly kernel: StorageKernel
  readonly store: ChunkStore
  done(counts: ScrubCounts): void
  /** One that could not be ended; it is begun again with the next block. */
  failed(error: Error): void
}

/** Scrubs of a store that is in use, timed by blocks, over restarts too, one after another. */
export class ReplicaScrubs {
  readonly #components: ScrubsComponents
  readonly #ending = new AbortController()
  /** Height from which the blocks to the next one count. */
  readonly #doneAt = new Map<ScrubLevel, number>()
  #tip = 0
  #underWay: Promise<void> | null = null

  constructor(components: ScrubsComponents) {
    this.#components = components
    const { scrubs } = components.store
    for (const [level] of EVERY) {
      const last = scrubs[level]
      if (last !== null) this.#doneAt.set(level, last.height)
    }
  }

  /** Does all that are due, the most thorough first; what becomes due meanwhile is done after that. */
  atTip(height: number): void {
    this.#tip = height
    if (this.#underWay !== null || this.#ending.signal.aborted) return
    this.#underWay = this.#scrubDue().finally(() => {
      this.#underWay = null
    })
  }

  /** Ends what is under way. */
  async settled(): Promise<void> {
    this.#ending.abort()
    await this.#underWay
  }

  /** Never throws. */
  async #scrubDue(): Promise<void> {
    const { kernel, store, done, failed } = this.#components
    const { signal } = this.#ending
    try {
      for (let level = this.#due; level !== undefined; level = this.#due) {
        const height = this.#tip
        const counts = await scrub(kernel, store, { level, signal })
        this.#doneAt.set(level, height)
        done(counts)
        await store.setScrub(level, { height, chunks: counts.chunks, broken: counts.broken })
      }
    } catch (error) {
      if (!isInterrupt(error, signal)) failed(asError(error))
    }
  }

  /** One that never was is due: of a new store it has little to look at, and from then on blocks count. */
  get #due(): ScrubLevel | undefined {
    const since = (level: ScrubLevel) => Math.abs(this.#tip - (this.#doneAt.get(level) ?? Number.POSITIVE_INFINITY))
    return EVERY.find(([level, blocks]) => since(level) >= blocks)?.[0]
  }
}
