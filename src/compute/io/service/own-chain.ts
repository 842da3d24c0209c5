import { type BlockHash, sameHash } from '../../../bitcoin/index.ts'
import type { ChainFeed, Tip } from '../../../bitcoin/io/index.ts'
import { type History, isCatchingUp } from '../../../bus/io/index.ts'
import { type Events, orAborted } from '../../../lib/index.ts'
import type { IndexEvents } from '../../../settlement/io/index.ts'
import type { OwnBlock } from '../../service/served-program.ts'
import { holdsBlock, type RecordIndex } from '../input/record-index.ts'

/** The chain that a node follows, as services see it. */
export interface FollowedChain {
  /** Of the last block that was told of; -1 before the first. */
  readonly height: number
  /** Null where the chain has no such block, or is moving. */
  at(height: number): Promise<OwnBlock | null>
  /** Each tip from now on, once everything up to it can be asked for. Ends with the signal, by throwing. */
  follow(signal: AbortSignal): AsyncIterable<{ readonly height: number; readonly hash: BlockHash }>
}

/** An index of inscriptions on the same feed, once it has started. */
export interface FollowedIndex {
  readonly index: Pick<RecordIndex, 'hashAt' | 'tip'>
  readonly events: Events<Pick<IndexEvents, 'tip'>>
}

/** The chain of a bitcoind, with what the bus's history commits to after each block, and all of its inscriptions. */
export class OwnChain implements FollowedChain {
  readonly #feed: ChainFeed
  readonly #history: History
  readonly #inscriptions: FollowedIndex
  #height = -1

  constructor(feed: ChainFeed, history: History, inscriptions: FollowedIndex) {
    this.#feed = feed
    this.#history = history
    this.#inscriptions = inscriptions
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

  /** Whether history and index end in this tip; the feed tells of a later one where they do not. */
  async #moveTo(tip: Tip, signal: AbortSignal): Promise<boolean> {
    await this.#history.sync(this.#feed, tip.height, signal)
    const there = await this.#history.hashAt(tip.height)
    if (there === null || !sameHash(there, tip.hash)) return false
    if (!(await this.#isIndexed(tip, signal))) return false
    this.#height = tip.height
    return true
  }

  /** Waits for the index, as long as this is the tip: what a peer says of records is judged by all of them. */
  async #isIndexed({ height, hash }: Tip, signal: AbortSignal): Promise<boolean> {
    const { index, events } = this.#inscriptions
    for (;;) {
      const moved = Promise.withResolvers<void>()
      const off = events.on('tip', () => moved.resolve())
      try {
        if (await holdsBlock(index, { height, blockHash: hash })) return true
        if (!sameHash((await this.#feed.tip(signal)).hash, hash)) return false
        await orAborted(moved.promise, signal)
      } finally {
        off()
      }
    }
  }
}
