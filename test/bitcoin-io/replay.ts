import { type BlockHash, headerHash, sameHash, toDisplay } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'

/** A chain rebuilt from events alone, which refuses every event that does not fit what went before. */
export class Replay {
  readonly hashes: BlockHash[]
  readonly types: BlockEvent['type'][] = []

  constructor(start: readonly BlockHash[] = []) {
    this.hashes = [...start]
  }

  apply(event: BlockEvent): void {
    this.types.push(event.type)
    const top = this.hashes.at(-1)
    const height = this.hashes.length
    if (event.type === 'connected') {
      if (event.height !== height) throw new Error(`connected at ${event.height}, expected ${height}`)
      if (top !== undefined && !sameHash(event.header.prevHash, top)) throw new Error(`${height} does not link`)
      if (!sameHash(headerHash(event.header), event.hash)) throw new Error(`wrong hash at ${height}`)
      this.hashes.push(event.hash)
    } else if (event.type === 'disconnected') {
      if (event.height !== height - 1) throw new Error(`disconnected at ${event.height}, expected ${height - 1}`)
      if (top === undefined || !sameHash(event.hash, top)) throw new Error(`${event.height} is not the tip`)
      if (!sameHash(headerHash(event.header), event.hash)) throw new Error(`wrong hash at ${event.height}`)
      this.hashes.pop()
    } else if (
      event.type === 'tip' &&
      (event.height !== height - 1 || top === undefined || !sameHash(event.hash, top))
    ) {
      throw new Error(`tip at ${event.height}, expected ${height - 1}`)
    }
  }

  /** Takes events up to and with the first that fits. */
  async until(events: AsyncIterator<BlockEvent>, fits: (event: BlockEvent) => boolean): Promise<BlockEvent> {
    for (;;) {
      const next = await events.next()
      if (next.done) throw new Error('the feed ended')
      this.apply(next.value)
      if (fits(next.value)) return next.value
    }
  }

  /** Up to the event that tells of this tip. */
  async untilTip(events: AsyncIterator<BlockEvent>, hash: BlockHash | undefined): Promise<void> {
    await this.until(events, (event) => event.type === 'tip' && hash !== undefined && sameHash(event.hash, hash))
  }

  get display(): string[] {
    return this.hashes.map(toDisplay)
  }
}
