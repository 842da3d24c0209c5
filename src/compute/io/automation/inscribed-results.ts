import { bytesToHex } from '../../../lib/index.ts'
import { composeInscription } from '../../../settlement/index.ts'
import type { InscriberService, Wallet } from '../../../settlement/io/index.ts'
import { computeError } from '../../errors.ts'
import type { CircuitResult } from '../../result/result-file.ts'
import { resultDraft } from '../../results/result-record.ts'
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
    async prepare(result: CircuitResult, bytes: Uint8Array) {
      const line = { author: bytesToHex(wallet.publicKey), program: bytesToHex(result.program) }
      const { lastSeq } = await inscriber.standing(line)
      const made = composeInscription(resultDraft(result, bytes, (lastSeq ?? 0) + 1), wallet)
      if (!made.ok) throw computeError('E_PROGRAM', `its result cannot be inscribed: ${made.detail}`)
      const { fees, postage } = await inscriber.quote([made.envelope])
      return { action: made.envelope, cost: fees + postage }
    },
    async perform(envelope) {
      const { inscriptions } = await inscriber.inscribe([envelope])
      const [inscription] = inscriptions
      if (inscription === undefined) throw new Error('an envelope is one inscription')
      return inscription.id
    },
  }
}
