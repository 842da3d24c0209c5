import type { PlacedHeader } from '../../../bitcoin/io/index.ts'
import type { CircuitInput, WitnessSource } from '../../../proving/index.ts'
import type { Poseidon } from '../../accumulator.ts'
import { busError } from '../../errors.ts'
import { afterValid, type ChainState } from '../../state.ts'
import { type Advanced, stepInput } from '../../step-input.ts'
import { BATCH, type HeaderSource } from './header-source.ts'
import type { JudgedHeaders } from './judged-headers.ts'

export interface PlannedStep {
  readonly witness: Uint8Array
  readonly after: ChainState
}

export interface PlanOptions {
  readonly state: ChainState
  readonly source: HeaderSource
  readonly to: number
  readonly poseidon: Poseidon
  /** What was judged ahead is not judged again. */
  readonly judged: JudgedHeaders
  readonly witnesses: WitnessSource
  readonly signal: AbortSignal | undefined
}

/**
 * The steps that lead to height `to`: two headers each, one in the last when their number is odd. The witness of the
 * next step is computed while the caller folds this one.
 *
 * A header that breaks a rule or a link here, after `checkAhead` passed, means that the source changed meanwhile: a
 * reorg, thrown as E_REORG so that the caller looks anew.
 */
export async function* planSteps(options: PlanOptions): AsyncGenerator<PlannedStep, void> {
  const { witnesses, signal } = options
  const queue = new HeaderQueue(options.source, options.to, signal)
  const prepare = async (state: ChainState) => {
    const first = await next(state, queue, options)
    if (first === null) return null
    const second = await next(first.next, queue, options)
    const input: CircuitInput = second === null ? stepInput(state, first) : stepInput(state, first, second)
    const after = (second ?? first).next
    const witness = witnesses.witness(input, signal)
    // Awaited one step later; a failure before that must not count as unhandled.
    witness.catch(() => undefined)
    return { witness, after }
  }
  let step = await prepare(options.state)
  while (step !== null) {
    const following = prepare(step.after)
    following.catch(() => undefined)
    yield { witness: await step.witness, after: step.after }
    step = await following
  }
}

async function next(
  state: ChainState,
  queue: HeaderQueue,
  { judged, poseidon }: PlanOptions,
): Promise<Advanced | null> {
  const placed = await queue.at(state.context.height + 1)
  if (placed === null) return null
  const result = judged.judge(state.context, placed)
  if (result.ok) return { header: placed.header, next: afterValid(state, placed.header, result.next, poseidon) }
  throw busError('E_REORG', `the chain changed at height ${result.height} while it was folded: ${result.reject}`)
}

/** Headers in ascending order, fetched in batches. */
class HeaderQueue {
  readonly #source: HeaderSource
  readonly #to: number
  readonly #signal: AbortSignal | undefined
  #from = 0
  #batch: readonly PlacedHeader[] = []

  constructor(source: HeaderSource, to: number, signal: AbortSignal | undefined) {
    this.#source = source
    this.#to = to
    this.#signal = signal
  }

  async at(height: number): Promise<PlacedHeader | null> {
    if (height > this.#to) return null
    if (height >= this.#from + this.#batch.length) {
      this.#batch = await this.#source.headers(height, Math.min(BATCH, this.#to - height + 1), this.#signal)
      this.#from = height
    }
    const placed = this.#batch[height - this.#from]
    if (placed === undefined) throw busError('E_REORG', `the header at height ${height} is gone`)
    return placed
  }
}
