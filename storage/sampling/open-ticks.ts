import { GOSSIP_BLOCKS } from './ticks.ts'
import type { SeenTick } from './win-log.ts'

/**
 * Tells at which blocks one has listened from the block's arrival until gossip of its wins was too late. A block that comes
 * together with the two after it is none of these, nor is what comes while nobody is there to be heard.
 */
export class OpenTicks {
  readonly #isListening: () => boolean
  readonly #open = new Map<number, string>()
  /** The blocks whose wins may still be told, as of the last tip. */
  #seen = new Map<number, string>()
  #isBegun = false

  constructor(isListening: () => boolean) {
    this.#isListening = isListening
  }

  /** Those that are over at a tip. `hashAt`: of the active chain, in display order. */
  moveTo(tip: number, hashAt: (height: number) => string | null): SeenTick[] {
    const isListening = this.#isListening()
    const done: SeenTick[] = []
    for (const [height, blockHash] of this.#open) {
      const isStill = isListening && hashAt(height) === blockHash
      if (isStill && tip < height + GOSSIP_BLOCKS) continue
      this.#open.delete(height)
      if (isStill) done.push({ height, blockHash })
    }
    const seen = new Map<number, string>()
    for (let height = Math.max(0, tip - GOSSIP_BLOCKS + 1); height <= tip; height++) {
      const blockHash = hashAt(height)
      if (blockHash === null) continue
      seen.set(height, blockHash)
      // Of what was there before, wins may have been told before.
      const isNew = this.#isBegun && this.#seen.get(height) !== blockHash
      if (isListening && isNew) this.#open.set(height, blockHash)
    }
    this.#seen = seen
    this.#isBegun = true
    return done
  }
}
