import { settlementError } from '../../errors.ts'
import { rejectReason, send } from '../inscriber/bitcoind-calls.ts'
import type { BitcoindCalls, CallOptions } from '../inscriber/client.ts'
import { isSpent } from '../inscriber/dispatch.ts'
import { coinName, type Ticket } from './ticket-file.ts'

/**
 * Sends what makes a ticket, as often as is wanted until it is confirmed: the node may have lost it. Throws E_TICKET where the node
 * is away or refuses; the file is good for another time, unless something else has spent the coins that pay.
 */
export async function sendTicket(
  { transaction, genesis }: Pick<Ticket, 'transaction' | 'genesis'>,
  client: BitcoindCalls,
  options: CallOptions = {},
): Promise<void> {
  const failed = (why: string, act: string, cause?: unknown) =>
    settlementError('E_TICKET', `ticket ${coinName(genesis)} was not sent: ${why}`, { cure: { act }, cause })
  let reason: string | null
  try {
    reason = await rejectReason(client, [transaction], options)
    if (reason === null) await send(client, transaction, options)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw failed((cause as Error).message, 'send-ticket', cause)
  }
  if (reason === null) return
  if (isSpent(reason)) throw failed('something else spent the coins that pay for it', 'ticket-anew')
  throw failed(`the node refuses it: ${reason}`, 'send-ticket')
}
