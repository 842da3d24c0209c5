import type { InscriberService } from '../../../src/settlement/io/index.ts'
import type { WinMessage } from '../../peers/win-kind.ts'
import type { WinStore } from './win-store.ts'

export interface WinInscriberComponents {
  /** Started, and by whoever made it. */
  readonly inscriber: Pick<InscriberService, 'quote' | 'inscribe'>
  /** Satoshis that may be spent on wins in all, over restarts too. */
  readonly budget: bigint
}

/** What became of a win that was to be inscribed. */
export type Inscribed =
  | { readonly state: 'sent'; readonly cost: bigint; readonly left: bigint }
  /** The budget has no room for it. */
  | { readonly state: 'no-budget'; readonly cost: bigint; readonly left: bigint }

/** Inscribes wins, so that Bitcoin says when they were there, for as long as a budget lasts. */
export class WinInscriber {
  readonly #components: WinInscriberComponents

  constructor(components: WinInscriberComponents) {
    this.#components = components
  }

  /** What is about to be spent is on the disk before: a crash may count it twice, and never spends it twice. */
  async inscribe({ bytes }: WinMessage, store: Pick<WinStore, 'spent' | 'spend'>): Promise<Inscribed> {
    const { inscriber, budget } = this.#components
    const { feeRate, fees, postage } = await inscriber.quote([bytes])
    const cost = fees + postage
    const left = budget - store.spent
    if (cost > left) return { state: 'no-budget', cost, left: left > 0n ? left : 0n }
    await store.spend(cost)
    await inscriber.inscribe([bytes], feeRate)
    return { state: 'sent', cost, left: left - cost }
  }
}
