import { encodeField, FIELD_BYTES } from '../../src/bus/index.ts'
import type { TryKernel } from '../../src/proving/index.ts'
import { type Challenge, challengeElements, unitAt } from './draws.ts'

type Units = readonly (Uint8Array | null)[]

const PAIR_BYTES = 2 * FIELD_BYTES
const TICKET_BYTES = 16

/** Some tries of one challenge, answered together: each in three steps, with a unit to be read between them. */
export class TryBatch {
  readonly #kernel: TryKernel
  readonly #fill: number
  readonly #count: number
  /** α and β₁ of each try. */
  readonly #seeds: Uint8Array
  /** e₁ and β₂ of each try, and which have them, once the first units are there. */
  #seconds: Uint8Array = new Uint8Array()

  /** Tries `from` … `from` + `count` − 1; RangeError where there are not so many. */
  constructor(kernel: TryKernel, challenge: Challenge, from: number, count: number) {
    if (from < 0 || count < 0 || from + count > challenge.fill) {
      throw new RangeError(`tries ${from} … ${from + count - 1} of ${challenge.fill}`)
    }
    this.#kernel = kernel
    this.#fill = challenge.fill
    this.#count = count
    this.#seeds = kernel.trySeeds(encodeField(challengeElements(challenge)), from, count)
  }

  /** The first unit of each try, counted through the partition. */
  firstUnits(): number[] {
    return Array.from({ length: this.#count }, (_, i) => this.#unit(this.#seeds, i))
  }

  /** The second units, from the first ones as they are kept (8,192 bytes); null where a unit was not at hand. */
  secondUnits(encoded: Units): (number | null)[] {
    const seconds = this.#kernel.trySeconds(this.#seeds, encoded)
    this.#seconds = seconds
    const has = seconds.subarray(this.#count * PAIR_BYTES)
    return Array.from(has, (one, i) => (one === 0 ? null : this.#unit(seconds, i)))
  }

  /**
   * The ticket of each try, from the second units; null where either unit was not at hand, or its bytes are no canonical
   * elements: no proof could speak of them.
   */
  tickets(encoded: Units): (bigint | null)[] {
    const tickets = this.#kernel.tryTickets(this.#seeds, this.#seconds, encoded)
    const has = tickets.subarray(this.#count * TICKET_BYTES)
    const view = new DataView(tickets.buffer, tickets.byteOffset, this.#count * TICKET_BYTES)
    return Array.from(has, (one, i) =>
      one === 0
        ? null
        : (view.getBigUint64(i * TICKET_BYTES + 8, true) << 64n) | view.getBigUint64(i * TICKET_BYTES, true),
    )
  }

  /** That β, the second element of the pair, draws: its low 64 bits do. */
  #unit(pairs: Uint8Array, i: number): number {
    const view = new DataView(pairs.buffer, pairs.byteOffset + i * PAIR_BYTES + FIELD_BYTES, 8)
    return unitAt(view.getBigUint64(0, true), this.#fill)
  }
}
