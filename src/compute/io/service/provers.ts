import type { BlockHash } from '../../../bitcoin/index.ts'
import { proverOrder } from '../../scheduling/prover-order.ts'
import type { Registered } from '../../scheduling/registered.ts'

/** Who proves programs beside this node: those that are registered, and say that they serve them. */
export class Provers {
  readonly #own: string
  readonly #serving: (program: string, height: number) => readonly string[]
  #registered: Registered | null = null

  /**
   * @param own This node's key among peers, 64 hex digits
   * @param serving Peers that say that they serve a program
   */
  constructor(own: string, serving: (program: string, height: number) => readonly string[]) {
    this.#own = own
    this.#serving = serving
  }

  /** By the records that are in the chain now. */
  register(registered: Registered): void {
    this.#registered = registered
  }

  /** How many are registered at a height. */
  registeredAt(height: number): number {
    return this.#registered?.peersAt(height).length ?? 0
  }

  /** Whether what a peer says counts. */
  counts(peer: string, height: number): boolean {
    return peer === this.#own || (this.#registered?.peersAt(height).includes(peer) ?? false)
  }

  candidates(program: string, height: number): string[] {
    const serving = new Set(this.#serving(program, height))
    return (this.#registered?.peersAt(height) ?? []).filter((peer) => serving.has(peer))
  }

  /** How many of them come before this node in the order that a block draws. */
  place(program: string, blockHash: BlockHash, height: number): number {
    const order = proverOrder({ blockHash, program }, this.candidates(program, height))
    const rank = order.indexOf(this.#own)
    return rank < 0 ? order.length : rank
  }
}
