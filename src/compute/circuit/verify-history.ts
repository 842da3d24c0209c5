import type { ProvedChain } from '../../bus/index.ts'
import { type Result, rejection } from '../../lib/index.ts'
import { lastOf } from '../automation/periods.ts'
import { HISTORY_SIGNALS, type HistoryBinding } from '../manifest/history-binding.ts'

/** Why what a circuit says of the history is not what a bus proof says of it. */
export type HistoryReject = 'wrong-history' | 'wrong-start' | 'wrong-ordinal' | 'condition-false'

/** What a result that opens headers says beside its outputs. */
export interface HistoryValues {
  readonly history: bigint
  readonly start: bigint
  readonly ordinal: bigint
}

/** Out of the values of public inputs, in the order of `HISTORY_SIGNALS`. */
export function historyValues(values: readonly bigint[]): HistoryValues {
  return Object.fromEntries(HISTORY_SIGNALS.map((name, i) => [name, values[i] as bigint])) as unknown as HistoryValues
}

/**
 * Holds a circuit's public values against a proved chain, at the block that the result is of: no header is needed for it. The chain
 * must begin where the circuit takes it to, or places in its history would be other heights.
 */
export function checkHistory(
  { period, condition }: HistoryBinding,
  { history, start, ordinal }: HistoryValues,
  outputs: Readonly<Record<string, bigint>>,
  compared: Pick<ProvedChain, 'height' | 'accumulator'>,
  anchor: ProvedChain['anchor'],
): Result<object, HistoryReject> {
  if (history !== compared.accumulator) {
    return rejection('wrong-history', 'headers were opened in another history than the bus proof’s')
  }
  const first = anchor?.height ?? 0
  if (start !== BigInt(first)) {
    return rejection('wrong-start', `a history from height ${start} on, that of the bus proof begins at ${first}`)
  }
  if (ordinal > 0xffff_ffffn || lastOf(Number(ordinal), period) !== compared.height) {
    return rejection('wrong-ordinal', `period ${ordinal} of ${period} blocks does not end at height ${compared.height}`)
  }
  if (condition !== undefined && outputs[condition] !== 1n) {
    return rejection('condition-false', `its condition does not hold: ${condition} is ${outputs[condition]}`)
  }
  return { ok: true }
}
