import { lastOf, newestOver } from './periods.ts'

/** When a condition is looked at, and when it fires. */
export interface AutomationRule {
  /** Blocks that an ordinal of the condition is about. */
  readonly period: number
  /** Confirmations of a period's last block with which it fires. */
  readonly finality: number
  /** The first ordinal that is looked at. */
  readonly since: number
}

/** A firing that is on the disk, whole: from then on its ordinal does not fire again, whatever becomes of its block. */
export interface Firing {
  readonly ordinal: number
  readonly height: number
  /** Of the period's last block, as explorers show it. */
  readonly blockHash: string
  /** `sent` once the action is made. */
  readonly state: 'ready' | 'sent'
}

/** What is to be done next. */
export type AutomationStep =
  /** Run the program: does the condition hold? */
  | { readonly kind: 'evaluate'; readonly ordinal: number }
  /** Prove it, and put the firing on the disk. */
  | { readonly kind: 'fire'; readonly ordinal: number }
  /** Make the action of a firing on the disk; again where that was interrupted. */
  | { readonly kind: 'act'; readonly ordinal: number }

/**
 * What an automation does as the chain moves. It keeps no clock and asks nobody: it is told of the chain and of what was done,
 * and says what is next. An ordinal is evaluated once its period is over, again where a block of it has left the chain, and
 * fires once, when its last block has as many confirmations as finality takes. What has fired is known by its ordinal alone, so
 * that a reorg deeper than finality makes nothing fire twice, though the condition holds in the other branch too.
 */
export class AutomationPlan {
  readonly #rule: AutomationRule
  readonly #fired = new Map<number, Firing>()
  /** By ordinal, of periods whose blocks are in the chain: whether the condition holds. */
  readonly #evaluated = new Map<number, boolean>()
  /** Of firings that are ready: they wait, for their block is not in the chain, or something is in the way. */
  readonly #waiting = new Set<number>()
  #height = -1

  constructor(rule: AutomationRule, fired: Iterable<Firing>) {
    this.#rule = rule
    for (const firing of fired) this.#fired.set(firing.ordinal, firing)
  }

  /** Of its chain's tip; -1 before the first. */
  get height(): number {
    return this.#height
  }

  firing(ordinal: number): Firing | undefined {
    return this.#fired.get(ordinal)
  }

  /** The chain has a block at this height, its tip. What waits may be tried again. */
  connected(height: number): void {
    this.#height = height
    this.#waiting.clear()
  }

  /** The block at this height, its tip, has left the chain. Returns the firings whose last block it was. */
  disconnected(height: number): Firing[] {
    this.#height = height - 1
    for (const ordinal of this.#evaluated.keys()) {
      if (this.#last(ordinal) >= height) this.#evaluated.delete(ordinal)
    }
    return [...this.#fired.values()].filter((firing) => firing.height === height)
  }

  /** Whether the condition of an ordinal holds in the chain as it is. */
  evaluated(ordinal: number, holds: boolean): void {
    if (this.#last(ordinal) <= this.#height) this.#evaluated.set(ordinal, holds)
  }

  /** A firing is on the disk; `sent` once its action is made. */
  stored(firing: Firing): void {
    this.#fired.set(firing.ordinal, firing)
  }

  /** The action of a firing cannot be made for now: tried again with the next block. */
  waits(ordinal: number): void {
    this.#waiting.add(ordinal)
  }

  /** Null where there is nothing to do until the chain moves. What was begun before comes first, then the oldest. */
  next(): AutomationStep | null {
    for (const { ordinal, state } of this.#fired.values()) {
      if (state === 'ready' && !this.#waiting.has(ordinal) && this.#isFinal(ordinal)) return { kind: 'act', ordinal }
    }
    const newest = newestOver(this.#height, this.#rule.period)
    for (let ordinal = this.#rule.since; ordinal <= newest; ordinal++) {
      if (this.#fired.has(ordinal)) continue
      const holds = this.#evaluated.get(ordinal)
      if (holds === undefined) return { kind: 'evaluate', ordinal }
      if (holds && this.#isFinal(ordinal) && !this.#waiting.has(ordinal)) return { kind: 'fire', ordinal }
    }
    return null
  }

  #last(ordinal: number): number {
    return lastOf(ordinal, this.#rule.period)
  }

  #isFinal(ordinal: number): boolean {
    return this.#height - this.#last(ordinal) + 1 >= this.#rule.finality
  }
}
