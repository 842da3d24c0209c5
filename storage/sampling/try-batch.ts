import { decodeField } from '../../src/bus/index.ts'
import { type Challenge, type Draw, type FirstDraw, firstDraw, secondDraw, summaryOf, ticketOf } from './draws.ts'

/** Some tries of one challenge, answered together: each in three steps, with a unit to be read between them. */
export class TryBatch {
  readonly #draw: Draw
  readonly #fill: number
  readonly #firsts: readonly FirstDraw[]
  readonly #summaries: (bigint | null)[] = []

  /** Tries `from` … `from` + `count` − 1. */
  constructor(draw: Draw, challenge: Challenge, from: number, count: number) {
    this.#draw = draw
    this.#fill = challenge.fill
    this.#firsts = Array.from({ length: count }, (_, i) => firstDraw(draw, challenge, from + i))
  }

  /** The first unit of each try, counted through the partition. */
  firstUnits(): number[] {
    return this.#firsts.map(({ unit }) => unit)
  }

  /** The second units, from the first ones as they are kept (8,192 bytes); null where a unit was not at hand. */
  secondUnits(encoded: readonly (Uint8Array | null)[]): (number | null)[] {
    return this.#firsts.map((first, i) => {
      const summary = this.#summary(first, encoded[i] ?? null)
      this.#summaries.push(summary)
      return summary === null ? null : secondDraw(this.#draw, first, summary, this.#fill)
    })
  }

  /** The ticket of each try, from the second units. */
  tickets(encoded: readonly (Uint8Array | null)[]): (bigint | null)[] {
    return this.#firsts.map((first, i) => {
      const [one, two] = [this.#summaries[i] ?? null, this.#summary(first, encoded[i] ?? null)]
      return one === null || two === null ? null : ticketOf(this.#draw, first, [one, two])
    })
  }

  /** Null too where the bytes are no canonical elements: no proof could speak of them. */
  #summary({ alpha }: FirstDraw, encoded: Uint8Array | null): bigint | null {
    const elements = encoded === null ? null : decodeField(encoded)
    return elements === null ? null : summaryOf(alpha, elements)
  }
}
