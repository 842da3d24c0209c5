import { type BlockHash, sameHash } from '../../bitcoin/index.ts'
import type { ResultMessage } from '../peers/result-message.ts'

/** An identity is remembered for so many blocks: a later copy of a result is no news. */
export const KNOWN_BLOCKS = 144
/** Results of one program that are kept whole, for peers that ask. */
const KEPT = 8

/** Results of one program that were found to be right. */
export class KnownResults {
  /** Heights by identity. */
  readonly #heights = new Map<string, number>()
  readonly #kept = new Map<string, ResultMessage>()

  has(identity: string): boolean {
    return this.#heights.has(identity) || this.#kept.has(identity)
  }

  add(identity: string, message: ResultMessage): void {
    this.#heights.set(identity, message.result.height)
    this.#kept.set(identity, message)
    if (this.#kept.size <= KEPT) return
    const [lowest] = [...this.#kept].sort(([, a], [, b]) => a.result.height - b.result.height)
    if (lowest !== undefined) this.#kept.delete(lowest[0])
  }

  /** The one of this identity; null where none is kept. */
  get(identity: string): ResultMessage | null {
    return this.#kept.get(identity) ?? null
  }

  /** One that is about this block; null where none is kept. */
  at({ height, hash }: { readonly height: number; readonly hash: BlockHash }): ResultMessage | null {
    const found = [...this.#kept.values()].find(
      ({ result }) => result.height === height && sameHash(result.blockHash, hash),
    )
    return found ?? null
  }

  /** The one of the greatest height; null before the first. */
  get last(): ResultMessage | null {
    const all = [...this.#kept.values()]
    return all.reduce<ResultMessage | null>(
      (best, one) => (best === null || one.result.height > best.result.height ? one : best),
      null,
    )
  }

  /** What is too old at this tip is forgotten. */
  forget(tip: number): void {
    for (const [identity, height] of this.#heights) if (height < tip - KNOWN_BLOCKS) this.#heights.delete(identity)
  }
}
