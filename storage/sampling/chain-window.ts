import { type BlockHash, sameHash } from '../../src/bitcoin/index.ts'

/** Where the hashes of the active chain come from; a header a height, fewer at the tip. */
export interface HashSource {
  headers(
    from: number,
    count: number,
    signal?: AbortSignal,
  ): Promise<readonly { readonly height: number; readonly hash: BlockHash }[]>
}

/** Headers of the first look back; each further one reaches eight times as far. */
const FIRST_LOOK = 8

/** The hashes of the last blocks of the active chain, as of one tip: all that a win may be about. */
export class ChainWindow {
  readonly #source: HashSource
  readonly #size: number
  #hashes = new Map<number, BlockHash>()
  #height = -1

  constructor(source: HashSource, size: number) {
    this.#source = source
    this.#size = size
  }

  /** Of the tip; −1 before the first. */
  get height(): number {
    return this.#height
  }

  /** Null above the tip, and for what is too long ago. */
  readonly hashAt = (height: number): BlockHash | null => this.#hashes.get(height) ?? null

  /**
   * Follows the chain to a tip: tells the lowest height at which it is another chain than before, or, where the source has
   * moved on from that tip already, null; nothing is changed then.
   */
  async moveTo(
    tip: { readonly height: number; readonly hash: BlockHash },
    signal?: AbortSignal,
  ): Promise<{ readonly from: number } | null> {
    const least = Math.max(0, tip.height - this.#size + 1)
    for (let back = FIRST_LOOK; ; back *= 8) {
      const from = Math.max(least, tip.height - back + 1)
      const read = await this.#read(from, tip.height, signal)
      const [first, last] = [read.get(from), read.get(tip.height)]
      if (first === undefined || last === undefined || !sameHash(last, tip.hash)) return null
      const known = this.#hashes.get(from)
      if (from > least && (known === undefined || !sameHash(known, first))) continue
      return { from: this.#take(read, from, tip.height, least) }
    }
  }

  async #read(from: number, to: number, signal?: AbortSignal): Promise<Map<number, BlockHash>> {
    const found = new Map<number, BlockHash>()
    for (let at = from; at <= to; ) {
      const headers = await this.#source.headers(at, to - at + 1, signal)
      if (headers.length === 0) break
      for (const { height, hash } of headers) found.set(height, hash)
      at += headers.length
    }
    return found
  }

  #take(read: ReadonlyMap<number, BlockHash>, from: number, to: number, least: number): number {
    let changed = from
    for (; changed <= to; changed++) {
      const [before, now] = [this.#hashes.get(changed), read.get(changed) as BlockHash]
      if (before === undefined || !sameHash(before, now)) break
    }
    for (const height of [...this.#hashes.keys()]) if (height < least || height > to) this.#hashes.delete(height)
    for (const [height, hash] of read) this.#hashes.set(height, hash)
    this.#height = to
    return Math.min(changed, to + 1)
  }
}
