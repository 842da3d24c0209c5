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
      const envelope = recordEnvelope(resultDraft(result, bytes, (lastSeq ?? 0) + 1), wallet)
      throwIfAborted(signal)
      const { fees, postage, feeRate } = await inscriber.quote([envelope])
      return { action: actionOf(envelope, feeRate), cost: fees + postage }
    },
    async perform(action, signal) {
      // What is begun is not left in the middle: its transactions spend one another.
      throwIfAborted(signal)
      const { envelope, feeRate } = readAction(action)
      const { inscriptions } = await inscriber.inscribe([envelope], feeRate)
      const [inscription] = inscriptions
      if (inscription === undefined) throw new Error('an envelope is one inscription')
      return inscription.id
    },
  }
}

const RATE_BYTES = 8

/** The rate that was charged stands before the envelope: whenever it is sent, it costs no more than the budget was asked for. */
function actionOf(envelope: Uint8Array, feeRate: number): Uint8Array {
  const action = new Uint8Array(RATE_BYTES + envelope.length)
  new DataView(action.buffer).setFloat64(0, feeRate)
  action.set(envelope, RATE_BYTES)
  return action
}

/** An envelope begins with OP_FALSE, which is 0, and no rate does: one that was kept without a rate is sent at the node's. */
function readAction(action: Uint8Array): { readonly envelope: Uint8Array; readonly feeRate: number | undefined } {
  if (action[0] === 0) return { envelope: action, feeRate: undefined }
  const feeRate = new DataView(action.buffer, action.byteOffset).getFloat64(0)
  return { envelope: action.subarray(RATE_BYTES), feeRate }
}
