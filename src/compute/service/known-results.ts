import { type BlockHash, sameHash } from '../../bitcoin/index.ts'
import type { ResultMessage } from '../peers/result-message.ts'

/** An identity is remembered for so many blocks: a later copy of a result is no news. */
export const KNOWN_BLOCKS = 144
/** Results of one program that are kept whole, for peers that ask: the newest, and beside them those that are asked for. */
const KEPT = 8
const WANTED = 64

/** Results of one program that were found to be right. */
export class KnownResults {
  /** Heights by identity. */
  readonly #heights = new Map<string, number>()
  readonly #kept = new Map<string, ResultMessage>()
  readonly #isWanted: (identity: string) => boolean

  /** @param isWanted Whether an open request asks for this identity: whoever proves it is to have it whole. */
  constructor(isWanted: (identity: string) => boolean = () => false) {
    this.#isWanted = isWanted
  }

  /** One that is asked for and not kept any more is news again: else each node would prove it, and hear of nobody. */
  has(identity: string): boolean {
    return this.#kept.has(identity) || (this.#heights.has(identity) && !this.#isWanted(identity))
  }

  add(identity: string, message: ResultMessage): void {
    this.#heights.set(identity, message.result.height)
    this.#kept.set(identity, message)
    const wanted = [...this.#kept.keys()].filter(this.#isWanted)
    const others = [...this.#kept.keys()].filter((one) => !wanted.includes(one))
    this.#keepNewest(wanted, WANTED, identity)
    this.#keepNewest(others, KEPT, identity)
  }

  /** Drops the lowest of too many, and never the one that was added now. */
  #keepNewest(identities: readonly string[], most: number, added: string): void {
    const heightOf = (one: string) => this.#kept.get(one)?.result.height ?? 0
    const rising = identities.filter((one) => one !== added).sort((a, b) => heightOf(a) - heightOf(b))
    for (const one of rising.slice(0, Math.max(0, identities.length - most))) this.#kept.delete(one)
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
