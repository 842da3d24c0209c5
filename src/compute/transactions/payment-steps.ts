import type { CircuitInput } from '../../proving/index.ts'
import type { ClimbStep, OpenedHeader } from './climb.ts'
import { type Compression, compressionsIn, compressionsOf, IDLE, type PlacedTransaction } from './compressions.ts'

/** Compressions of one step: graphs/payments/payments.circom. */
export const STEP_SLOTS = 5

/** Private inputs of a step: script, leaf, whether it is loaded; of each slot words, three flags, place, kind and siblings. */
export const PAYMENT_INPUTS: number = 3 + 3 + 1 + STEP_SLOTS * (16 + 3 + 3 + 1 + 2)

/** What a step takes beside its state and the script. */
export interface PaymentStep {
  readonly leaf: OpenedHeader['leaf']
  /** The leaf is another one than in the step before. */
  readonly load: boolean
  readonly slots: readonly Compression[]
  /** One for each slot; undefined where one has come up already. */
  readonly climbs: readonly (ClimbStep | undefined)[]
}

/** A transaction with the header of its block; consecutive ones of one block have the same object. */
export interface Placed {
  readonly transaction: PlacedTransaction
  readonly header: OpenedHeader
}

/**
 * The steps that show transactions, which come by height and index, each once. A transaction begins as soon as the one before
 * it has come to its root. It waits where otherwise two would come there in one step, or one before its header has been climbed
 * from: that begins with the first step in which no transaction of another block comes to its root.
 */
export function* paymentSteps(all: Iterable<Placed>, slotsOfStep: number = STEP_SLOTS): Generator<PaymentStep, void> {
  const ahead = new Ahead(slotsOfStep)
  /** Slot in which the last transaction came to its root. */
  let finished = -1
  let header: OpenedHeader | undefined
  let climbedAt = -1
  for (const { transaction, header: own } of all) {
    const following = (Math.floor(finished / slotsOfStep) + 1) * slotsOfStep
    if (own !== header) {
      header = own
      ahead.load(following, own)
      climbedAt = following + own.climb.length - 1
    }
    const length = compressionsOf(transaction)
    finished = Math.max(finished + length, following, climbedAt)
    ahead.place(finished - length + 1, compressionsIn(transaction))
    // Nothing that comes can still change what lies before the next free slot.
    yield* ahead.until(finished + 1)
  }
  yield* ahead.until(finished + slotsOfStep)
}

/** How many steps count these transactions. */
export function countPaymentSteps(all: Iterable<Placed>): number {
  let steps = 0
  for (const _ of paymentSteps(all)) steps++
  return steps
}

/** Steps that are being laid out. */
class Ahead {
  readonly #slots: number
  /** First step that is not given out. */
  #step = 0
  readonly #compressions = new Map<number, Compression>()
  readonly #climbs = new Map<number, ClimbStep>()
  readonly #loads = new Map<number, OpenedHeader>()
  #leaf: OpenedHeader['leaf'] | undefined

  constructor(slots: number) {
    this.#slots = slots
  }

  load(slot: number, header: OpenedHeader): void {
    this.#loads.set(slot / this.#slots, header)
    for (const [at, step] of header.climb.entries()) this.#climbs.set(slot + at, step)
  }

  place(slot: number, compressions: Iterable<Compression>): void {
    let at = slot
    for (const compression of compressions) this.#compressions.set(at++, compression)
  }

  /** Every step that ends at or before this slot. */
  *until(slot: number): Generator<PaymentStep, void> {
    for (; (this.#step + 1) * this.#slots <= slot; this.#step++) {
      const loaded = this.#loads.get(this.#step)
      if (loaded !== undefined) this.#leaf = loaded.leaf
      if (this.#leaf === undefined) return
      const slots = Array.from({ length: this.#slots }, (_, at) => this.#step * this.#slots + at)
      yield {
        ...{ leaf: this.#leaf, load: loaded !== undefined },
        slots: slots.map((at) => this.#compressions.get(at) ?? IDLE),
        climbs: slots.map((at) => this.#climbs.get(at)),
      }
      this.#loads.delete(this.#step)
      for (const at of slots) {
        this.#compressions.delete(at)
        this.#climbs.delete(at)
      }
    }
  }
}

/** Inputs of Payments in circuits/compute/payments.circom. */
export function paymentInput(
  state: readonly bigint[],
  script: readonly bigint[],
  { leaf, load, slots, climbs }: PaymentStep,
): CircuitInput {
  const flag = (value: boolean) => (value ? 1 : 0)
  return {
    ...{ state, script, leaf, load: flag(load) },
    word: slots.map(({ word }) => word),
    begin: slots.map(({ begin }) => flag(begin)),
    right: slots.map(({ right }) => flag(right)),
    finish: slots.map(({ finish }) => flag(finish)),
    place: climbs.map((climb) => [0, 1, 2].map((at) => flag(climb?.place === at))),
    list: climbs.map((climb) => flag(climb?.list === true)),
    siblings: climbs.map((climb) => climb?.siblings ?? [0n, 0n]),
  }
}
