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
  #underWay: Promise<void> | null = null

  constructor(components: ScrubsComponents) {
    this.#components = components
    const { scrubs } = components.store
    for (const [level] of EVERY) {
      const last = scrubs[level]
      if (last !== null) this.#doneAt.set(level, last.height)
    }
  }

  /** Begins one where one is due: the most thorough of those that are. */
  atTip(height: number): void {
    if (this.#underWay !== null || this.#ending.signal.aborted) return
    // A store that is new has nothing to be thorough about yet.
    for (const [level] of EVERY) if (!this.#doneAt.has(level)) this.#doneAt.set(level, height)
    const due = EVERY.find(([level, blocks]) => Math.abs(height - (this.#doneAt.get(level) as number)) >= blocks)
    if (due === undefined) return
    this.#underWay = this.#scrub(due[0], height).finally(() => {
      this.#underWay = null
    })
  }

  /** Ends what is under way. */
  async settled(): Promise<void> {
    this.#ending.abort()
    await this.#underWay
  }

  /** Never throws. */
  async #scrub(level: ScrubLevel, height: number): Promise<void> {
    const { kernel, store, done, failed } = this.#components
    const { signal } = this.#ending
    try {
      const counts = await scrub(kernel, store, { level, signal })
      this.#doneAt.set(level, height)
      done(counts)
      await store.setScrub(level, { height, chunks: counts.chunks, broken: counts.broken })
    } catch (error) {
      if (!isInterrupt(error, signal)) failed(asError(error))
    }
  }
}
