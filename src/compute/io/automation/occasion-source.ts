import type { BlockHash } from '../../../bitcoin/index.ts'
import type { ChainFeed, Tip } from '../../../bitcoin/io/index.ts'
import type { History, PoseidonSource } from '../../../bus/io/index.ts'
import { type Occasion, type Occasions, periodOccasions } from '../../automation/occasions.ts'
import { newestOver } from '../../automation/periods.ts'
import type { HistoryBinding } from '../../manifest/history-binding.ts'
import { openPeriod } from '../history-inputs.ts'
import type { CircuitInputs } from '../run-circuit.ts'

/** What a program reads at an occasion, and the block that its result stands at. */
export interface OpenedOccasion {
  readonly inputs: CircuitInputs
  readonly blockHash: BlockHash
}

/** Where the occasions of an automation's condition come from; of the node that it follows. */
export interface OccasionSource {
  /** The first ordinal that an automation looks at which begins at this tip. */
  first(tip: Tip, signal: AbortSignal): Promise<number>
  /** Those of ordinals from `since` on, of the chain that ends in this tip; null where the node's chain has moved on. */
  at(tip: Tip, since: number, signal: AbortSignal): Promise<Occasions | null>
  /** Throws where the chain has moved, or what is read cannot be had for now. */
  read(occasion: Occasion, signal: AbortSignal): Promise<OpenedOccasion>
  close(): Promise<void>
}

export interface PeriodSourceComponents {
  readonly binding: HistoryBinding
  /** The history of the chain, which is closed with the source. */
  readonly history: History
  readonly feed: Pick<ChainFeed, 'fixed' | 'tipHeight' | 'headers' | 'hashAt'>
  readonly poseidon: PoseidonSource
}

/** Periods of headers, each once it is over. */
export function periodSource({ binding, history, feed, poseidon }: PeriodSourceComponents): OccasionSource {
  const { period } = binding
  return {
    first: async ({ height }) => newestOver(height, period) + 1,
    at: async (_tip, since) => periodOccasions(period, since),
    async read({ ordinal }, signal) {
      const { input, blockHash } = await openPeriod(binding, ordinal, { history, source: feed, poseidon, signal })
      return { inputs: { arguments: input }, blockHash }
    },
    close: () => history.close(),
  }
}
