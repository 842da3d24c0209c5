import type { CircuitResult } from '../../result/result-file.ts'

/** What is done when an automation fires. */
export interface AutomationActions {
  /** Makes the action out of a result, and says what it costs, in satoshis; nothing is done or paid yet. */
  prepare(result: CircuitResult, bytes: Uint8Array): Promise<{ readonly action: Uint8Array; readonly cost: bigint }>
  /** Does it, and says what it is called. After a kill it is handed out again: the same bytes come to nothing new. */
  perform(action: Uint8Array): Promise<string>
}
