import type { InscriberService } from '../../../src/settlement/io/index.ts'
import type { WinMessage } from '../../peers/win-kind.ts'
import type { SpentOnWins } from './spent-on-wins.ts'

export interface WinInscriberComponents {
  /** Started, and by whoever made it. */
  readonly inscriber: Pick<InscriberService, 'quote' | 'inscribe'>
  /** Satoshis that may be spent on wins in all, over restarts too. */
  readonly budget: bigint
  readonly spent: Pick<SpentOnWins, 'satoshis' | 'has' | 'add'>
}

/** What became of a win that was to be inscribed; `left` of the budget. */
export type Inscribed =
  | { readonly state: 'sent'; readonly cost: bigint; readonly left: bigint }
  /** The budget has no room for it. */
  | { readonly state: 'no-budget'; readonly cost: bigint; readonly left: bigint }
  /** Its cost was counted before, whether or not it could be sent then: it was won again after a restart. */
  | { readonly state: 'counted-before'; readonly cost: 0n; readonly left: bigint }

/** Inscribes wins, so that Bitcoin says when they were there, for as long as a budget lasts. */
export class WinInscriber {
  readonly #components: WinInscriberComponents

  constructor(components: WinInscriberComponents) {
    this.#components = components
  }

  /** What is about to be spent is on the disk before: a failure may count what is not sent, and spends nothing twice. */
  async inscribe({ id, claim, bytes }: WinMessage): Promise<Inscribed> {
    const { inscriber, spent } = this.#components
    if (spent.has(id)) return { state: 'counted-before', cost: 0n, left: this.#left() }
    const { feeRate, fees, postage } = await inscriber.quote([bytes])
    const cost = fees + postage
    if (cost > this.#left()) return { state: 'no-budget', cost, left: this.#left() }
    await spent.add({ id, height: claim.height }, cost)
    await inscriber.inscribe([bytes], feeRate)
    return { state: 'sent', cost, left: this.#left() }
  }

  #left(): bigint {
    const { budget, spent } = this.#components
    return budget > spent.satoshis ? budget - spent.satoshis : 0n
  }
}
