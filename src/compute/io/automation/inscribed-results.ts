import { bytesToHex, throwIfAborted } from '../../../lib/index.ts'
import type { InscriberService, Wallet } from '../../../settlement/io/index.ts'
import type { CircuitResult } from '../../result/result-file.ts'
import { resultDraft } from '../../results/result-record.ts'
import { recordEnvelope } from '../record-envelope.ts'
import type { AutomationActions } from './actions.ts'

export interface InscribedResultsComponents {
  /** Started, and by whoever made it. */
  readonly inscriber: Pick<InscriberService, 'quote' | 'inscribe' | 'standing'>
  /** Signs the records, and pays. */
  readonly wallet: Wallet
}

/** The action that is a record of kind `result` on Bitcoin. The inscriber knows an envelope again, and inscribes it once. */
export function inscribedResults({ inscriber, wallet }: InscribedResultsComponents): AutomationActions {
  return {
    async prepare(result: CircuitResult, bytes: Uint8Array, signal: AbortSignal) {
      throwIfAborted(signal)
      const line = { author: bytesToHex(wallet.publicKey), program: bytesToHex(result.program) }
      const { lastSeq } = await inscriber.standing(line)
      const action = recordEnvelope(resultDraft(result, bytes, (lastSeq ?? 0) + 1), wallet)
      throwIfAborted(signal)
      const { fees, postage } = await inscriber.quote([action])
      return { action, cost: fees + postage }
    },
    async perform(envelope, signal) {
      // What is begun is not left in the middle: its transactions spend one another.
      throwIfAborted(signal)
      const { inscriptions } = await inscriber.inscribe([envelope])
      const [inscription] = inscriptions
      if (inscription === undefined) throw new Error('an envelope is one inscription')
      return inscription.id
    },
  }
}
