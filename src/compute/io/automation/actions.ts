import type { CircuitResult } from '../../result/result-file.ts'

/** What is done when an automation fires. Neither begins once the signal has fired, with which the automation stops. */
export interface AutomationActions {
  /** Makes the action out of a result, and says what it costs, in satoshis; nothing is done or paid yet. */
  prepare(
    result: CircuitResult,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly action: Uint8Array; readonly cost: bigint }>
  /** Does it, and says what it is called. After a kill it is handed out again: the same bytes come to nothing new. */
  perform(action: Uint8Array, signal: AbortSignal): Promise<string>
}
