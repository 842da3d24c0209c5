import { type BlockHash, sameHash } from '../../../bitcoin/index.ts'
import type { ChainFeed } from '../../../bitcoin/io/index.ts'
import { type History, isCatchingUp } from '../../../bus/io/index.ts'
import type { OwnBlock } from '../../service/served-program.ts'

/** The chain that a node follows, as services see it. */
export interface FollowedChain {
  /** Of the last block that was told of; -1 before the first. */
  readonly height: number
  /** Null where the chain has no such block, or is moving. */
  at(height: number): Promise<OwnBlock | null>
  /** Each tip from now on, once everything up to it can be asked for. Ends with the signal, by throwing. */
  follow(signal: AbortSignal): AsyncIterable<{ readonly height: number; readonly hash: BlockHash }>
}

/** The chain of a bitcoind, with what the bus's history commits to after each block. */
export class OwnChain implements FollowedChain {
  readonly #feed: ChainFeed
  readonly #history: History
  #height = -1

  constructor(feed: ChainFeed, history: History) {
    this.#feed = feed
    this.#history = history
  }

  get height(): number {
    return this.#height
  }

  async at(height: number): Promise<OwnBlock | null> {
    if (height > this.#height || height < this.#history.start.height) return null
    const { rewrites } = this.#history
    try {
      const hash = await this.#history.hashAt(height)
      const accumulator = await this.#history.commitment(height)
      return hash === null || rewrites !== this.#history.rewrites ? null : { height, hash, accumulator }
    } catch (error) {
      if (isCatchingUp(error)) return null
      throw error
    }
  }

  async *follow(signal: AbortSignal): AsyncGenerator<{ readonly height: number; readonly hash: BlockHash }, void> {
    const from = await this.#feed.tip(signal)
    if (await this.#moveTo(from, signal)) yield from
    for await (const event of this.#feed.subscribe({ from, signal })) {
      if (event.type === 'tip' && (await this.#moveTo(event, signal))) yield event
    }
    signal.throwIfAborted()
  }

  /** Whether the history ends in this tip; the feed tells of a later one where it does not. */
  async #moveTo(tip: { readonly height: number; readonly hash: BlockHash }, signal: AbortSignal): Promise<boolean> {
    await this.#history.sync(this.#feed, tip.height, signal)
    const there = await this.#history.hashAt(tip.height)
    if (there === null || !sameHash(there, tip.hash)) return false
    this.#height = tip.height
    return true
  }
}
