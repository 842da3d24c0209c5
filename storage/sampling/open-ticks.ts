import { GOSSIP_BLOCKS } from './ticks.ts'
import type { SeenTick } from './win-log.ts'

/**
 * Tells at which blocks one has listened from the block's arrival until gossip of its wins was too late: all that come once anybody
 * was there to be heard, but for those that come together with the two after them. Who comes and goes afterwards changes nothing:
 * a peer that chose which blocks count, when it knows whether it has won, would be estimated as it likes.
 */
export class OpenTicks {
  readonly #isListening: () => boolean
  readonly #open = new Map<number, string>()
  /** The blocks whose wins may still be told, as of the last tip. */
  #seen = new Map<number, string>()
  #isBegun = false
  /** Somebody was there before the block that comes. */
  #wasHeard = false

  constructor(isListening: () => boolean) {
    this.#isListening = isListening
  }

  /** Those that are over at a tip. `hashAt`: of the active chain, in display order. */
  moveTo(tip: number, hashAt: (height: number) => string | null): SeenTick[] {
    const done: SeenTick[] = []
    for (const [height, blockHash] of this.#open) {
      const isStill = hashAt(height) === blockHash
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
      if (this.#wasHeard && isNew) this.#open.set(height, blockHash)
    }
    this.#seen = seen
    this.#isBegun = true
    this.#wasHeard ||= this.#isListening()
    return done
  }
}
