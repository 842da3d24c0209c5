import { z } from 'zod'
import { identifier } from './names.ts'

/** Most headers that a circuit opens: each costs it 12,357 constraints. */
const MAX_OPENED = 16
const MAX_PERIOD = 1_000_000

/** Public inputs of a circuit that opens headers in the history, in their order. */
export const HISTORY_SIGNALS = ['history', 'start', 'ordinal'] as const

/**
 * How a circuit is bound to headers that nobody hands to a verifier: its public inputs are `history`, the bus's commitment at a
 * period's last block, `start`, the height of the chain's first header, and `ordinal`, the period's number from 0 on; in that history
 * it opens headers of the period (circuits/compute/history.circom).
 */
export const historyBinding = z
  .strictObject({
    /** Blocks of a period: it begins at height period · ordinal. */
    period: z.int().min(1).max(MAX_PERIOD),
    /** Which headers of the period are opened, by their places in it from 0 on. */
    places: z.array(z.int().min(0)).min(1).max(MAX_OPENED),
    /** The input signal that takes an opening of each. */
    opening: identifier,
    /** The output that is 1 where the program's condition holds: a result where it is not counts for nothing. */
    condition: identifier.optional(),
  })
  .refine(({ period, places }) => places.every((place) => place < period), {
    path: ['places'],
    error: 'a place is below the period',
  })
  .refine(({ opening }) => !HISTORY_SIGNALS.some((name) => name === opening), {
    path: ['opening'],
    error: `is another input than ${HISTORY_SIGNALS.join(', ')}`,
  })

export type HistoryBinding = z.infer<typeof historyBinding>
