import { fromDisplay } from '../../../bitcoin/index.ts'
import { settlementError } from '../../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { rejectReason } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import { conflict } from './dispatch.ts'
import { attemptOf, coinsOf, type Job, leavesOf, paysOf } from './job.ts'
import type { Whereabouts } from './locate.ts'
import { evicted } from './mempool.ts'
import type { Payers } from './payers.ts'
import type { Cost } from './plan.ts'
import type { TicketCoin } from './transactions.ts'

export interface BumpContext {
  readonly client: BitcoindCalls
  readonly payers: Payers
  readonly signal?: AbortSignal | undefined
  /** Throws where it is above the cap. */
  readonly checkCap: (feeRate: number) => void
  /** Throws where nodes would not relay it. */
  readonly checkSize: (cost: Cost) => void
  readonly onCost?: ((cost: Cost) => void) | undefined
}

/**
 * The job with another attempt, which pays more and which the node would take in place of the last (BIP125); nothing is kept or sent.
 *
 * @param key of the ticket that the job's commit spends, and the new one spends again
 */
export async function bumped(
  { client, payers, signal, checkCap, checkSize, onCost }: BumpContext,
  job: Job,
  { attempt, ...where }: Whereabouts,
  feeRate: number,
  key: Wallet | undefined,
): Promise<Job> {
  if (where.conflict) throw conflict(job, where.unmade)
  if (where.commit !== null && where.commit > 0) {
    const waits = where.reveals.some((one) => (one ?? 0) === 0)
    if (!waits) throw settlementError('E_JOB', 'the commit is confirmed, and so are all reveals')
    const cure = { act: 'accelerate-job', subject: job.id }
    throw settlementError('E_JOB', 'the commit is confirmed, and what waits is a reveal', { cure })
  }
  if (feeRate <= attempt.feeRate) {
    throw settlementError('E_JOB', `the commit pays ${attempt.feeRate} sat/vB already: a replacement must pay more`)
  }
  checkCap(feeRate)
  const [leaves, pays] = [leavesOf(attempt), paysOf(attempt)]
  const commits = job.attempts.map(({ commit }) => commit.txid)
  const replaces = { coins: coinsOf(attempt), ...(await evicted(client, commits, { signal })) }
  const ticket = ticketOf(job, key)
  const plan = await payers.plan({ leaves, pays, feeRate, nodeWallet: job.nodeWallet, replaces, ticket })
  checkSize(plan.cost)
  const { fees, commitVsize, revealVsizes } = plan.cost
  checkCap(Number(fees) / revealVsizes.reduce((total, vsize) => total + vsize, commitVsize))
  onCost?.(plan.cost)
  // Reveals of a commit that is not there yet cannot be judged beside the ones it replaces; the first ones were.
  const reason = await rejectReason(client, [plan.commit.toHex()], { signal })
  if (reason !== null) throw settlementError('E_POLICY', `the node refuses the replacement: ${reason}`)
  return { ...job, attempts: [...job.attempts, attemptOf(plan)] }
}

function ticketOf({ ticket, id }: Job, wallet: Wallet | undefined): TicketCoin | undefined {
  if (ticket === undefined) return undefined
  if (wallet === undefined) {
    throw settlementError('E_TICKET', `job ${id} spends a ticket`, { cure: { act: 'give-ticket' } })
  }
  const { txid, vout, value } = ticket
  return { wallet, coin: { txid: fromDisplay(txid), vout, value: BigInt(value) } }
}
