import type { Occasion, Occasions } from './occasions.ts'

/** When a condition is looked at, and when it fires. */
export interface AutomationRule {
  /** Of the chain as it is; `occur` says what they are in another one. */
  readonly occasions: Occasions
  /** Confirmations of an occasion's block with which it fires. */
  readonly finality: number
}

/** A firing that is on the disk, whole: from then on its ordinal does not fire again, whatever becomes of its block. */
export interface Firing {
  readonly ordinal: number
  readonly height: number
  /** Of the occasion's block, as explorers show it. */
  readonly blockHash: string
  /** `sent` once the action is made. */
  readonly state: 'ready' | 'sent'
}

/** What is to be done next. */
export type AutomationStep =
  /** Run the program: does the condition hold? */
  | ({ readonly kind: 'evaluate' } & Occasion)
  /** Prove it, and put the firing on the disk. */
  | ({ readonly kind: 'fire' } & Occasion)
  /** Make the action of a firing on the disk; again where that was interrupted. */
  | { readonly kind: 'act'; readonly ordinal: number }

/** Blocks after which what has failed is tried again at the latest: a day. */
const LATEST_RETRY = 144

/** Why an occasion waits. */
interface Failure {
  /** Of the occasion's block: in another branch it is tried anew. */
  readonly height: number
  readonly times: number
  /** The tip's height at which it is tried again. */
  readonly until: number
}

/**
 * What an automation does as the chain moves. It keeps no clock and asks nobody: it is told of the chain and of what was done,
 * and says what is next. An ordinal is evaluated once its occasion is there, again where its block has left the chain, and
 * fires once, when that block has as many confirmations as finality takes. What has fired is known by its ordinal alone, so
 * that a reorg deeper than finality makes nothing fire twice, though the condition holds in the other branch too.
 */
export class AutomationPlan {
  readonly #finality: number
  #occasions: Occasions
  readonly #fired = new Map<number, Firing>()
  /** By ordinal, of occasions whose blocks are in the chain: whether the condition holds. */
  readonly #evaluated = new Map<number, Occasion & { readonly holds: boolean }>()
  /** Of firings: they wait, for their block is not in the chain, or something is in the way. */
  readonly #waiting = new Set<number>()
  /** By ordinal, of occasions that could not be evaluated or proved. */
  readonly #failures = new Map<number, Failure>()
  #height = -1

  constructor({ occasions, finality }: AutomationRule, fired: Iterable<Firing>) {
    this.#occasions = occasions
    this.#finality = finality
    for (const firing of fired) this.#fired.set(firing.ordinal, firing)
  }

  /** Of its chain's tip; -1 before the first. */
  get height(): number {
    return this.#height
  }

  firing(ordinal: number): Firing | undefined {
    return this.#fired.get(ordinal)
  }

  /** What the occasions of the chain are from now on. */
  occur(occasions: Occasions): void {
    this.#occasions = occasions
  }

  /** The chain has a block at this height, its tip. What waits may be tried again. */
  connected(height: number): void {
    this.#height = height
    this.#waiting.clear()
  }

  /** The block at this height, its tip, has left the chain. Returns the firings whose block it was. */
  disconnected(height: number): Firing[] {
    this.#height = height - 1
    for (const [ordinal, of] of this.#evaluated) if (of.height >= height) this.#evaluated.delete(ordinal)
    for (const [ordinal, of] of this.#failures) if (of.height >= height) this.#failures.delete(ordinal)
    return [...this.#fired.values()].filter((firing) => firing.height === height)
  }

  /** Whether the condition holds at an occasion in the chain as it is. */
  evaluated({ ordinal, height }: Occasion, holds: boolean): void {
    this.#failures.delete(ordinal)
    if (height <= this.#height) this.#evaluated.set(ordinal, { ordinal, height, holds })
  }

  /** An occasion could not be evaluated, or proved: it is tried again after 1, 2, 4 … blocks, and holds up no other. */
  failed({ ordinal, height }: Occasion): void {
    const times = (this.#failures.get(ordinal)?.times ?? 0) + 1
    this.#failures.set(ordinal, { height, times, until: this.#height + Math.min(2 ** (times - 1), LATEST_RETRY) })
  }

  /** A firing is on the disk; `sent` once its action is made. */
  stored(firing: Firing): void {
    this.#fired.set(firing.ordinal, firing)
  }

  /** A firing, or its action, cannot be made for now: tried again with the next block. */
  waits(ordinal: number): void {
    this.#waiting.add(ordinal)
  }

  /** Null where there is nothing to do until the chain moves. What was begun before comes first, then the oldest. */
  next(): AutomationStep | null {
    for (const { ordinal, height, state } of this.#fired.values()) {
      if (state === 'ready' && !this.#waiting.has(ordinal) && this.#isFinal(height)) return { kind: 'act', ordinal }
    }
    for (const { ordinal, height } of this.#occasions.upTo(this.#height)) {
      if (this.#fired.has(ordinal) || this.#hasFailed(ordinal, height)) continue
      const evaluated = this.#evaluated.get(ordinal)
      if (evaluated?.height !== height) return { kind: 'evaluate', ordinal, height }
      if (evaluated.holds && this.#isFinal(height) && !this.#waiting.has(ordinal)) {
        return { kind: 'fire', ordinal, height }
      }
    }
    return null
  }

  #hasFailed(ordinal: number, height: number): boolean {
    const failure = this.#failures.get(ordinal)
    return failure?.height === height && this.#height < failure.until
  }

  #isFinal(height: number): boolean {
    return this.#height - height + 1 >= this.#finality
  }
}
