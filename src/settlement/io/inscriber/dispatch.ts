import { Transaction } from 'bitcoinjs-lib'
import type { WscError } from '../../../lib/index.ts'
import { isSettlementError, settlementError } from '../../errors.ts'
import { mineDirectly, rejectReason, send } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import type { Job, JobStore } from './job.ts'
import type { Whereabouts } from './locate.ts'
import type { OnNote } from './notes.ts'
import { requireRelayable } from './plan.ts'

export interface DispatchContext {
  readonly client: BitcoindCalls
  readonly jobs: JobStore
  /** Forgets the job, and frees its coins. */
  readonly drop: () => Promise<void>
  /** Where the node's policy refuses what a reveal holds, mine it instead: regtest alone can. */
  readonly directly: boolean
  readonly signal?: AbortSignal | undefined
  readonly onNote?: OnNote
}

/**
 * Sends what the node does not have. The whole is tested before its first part goes out; only reveals of a commit that
 * replaces another cannot be judged beside the ones they replace, and are tested once it is in.
 */
export async function dispatch(context: DispatchContext, job: Job, where: Whereabouts): Promise<Job> {
  const { client, jobs, signal } = context
  const { commit } = where.attempt
  const missing = where.attempt.reveals.filter((_, i) => where.reveals[i] === null).map(({ hex }) => hex)
  const sent: Job = { ...job, status: 'sent' }
  if (where.commit !== null || job.attempts.length > 1) {
    if (where.commit === null) await requireTaken(context, job, commit.hex)
    await jobs.put(sent)
    if (where.commit === null) await send(client, commit.hex, { signal })
    const refused = await judge(context, [], missing)
    const unconfirmed = (where.commit ?? 0) > 0 ? [] : [commit.hex]
    await (refused === null ? sendAll(context, missing) : mine(context, refused, [...unconfirmed, ...missing]))
    return sent
  }
  const all = [commit.hex, ...missing]
  const refused = await unlessDropped(context, job, async () => {
    await requireTaken(context, job, commit.hex)
    const reason = await judge(context, [commit.hex], missing)
    // What went out before is sent again, be it in part: nobody could take it back.
    if (reason === null && job.status === 'prepared') await requireAllTaken(context, all)
    return reason
  })
  await jobs.put(sent)
  await (refused === null ? sendAll(context, all) : mine(context, refused, all))
  return sent
}

/** Where the node refuses a job of which nothing ever left this machine, its coins are free again. */
async function unlessDropped<T>(context: DispatchContext, job: Job, test: () => Promise<T>): Promise<T> {
  try {
    return await test()
  } catch (error) {
    if (isSettlementError(error) && job.status === 'prepared') await context.drop()
    throw error
  }
}

async function requireTaken({ client, signal }: DispatchContext, job: Job, commit: string): Promise<void> {
  const reason = await rejectReason(client, [commit], { signal })
  if (reason === null) return
  // What spends the ticket in the mempool pays as much or more.
  if (job.ticket !== undefined && (isRivalry(reason) || isSpent(reason))) throw ticketGone(job)
  if (isSpent(reason)) throw conflict(job)
  throw refusal(reason)
}

/**
 * Null where the node takes each of these reveals, a reason where one is to be mined directly. Throws E_POLICY where it
 * refuses one otherwise.
 */
async function judge(
  { client, directly, signal }: DispatchContext,
  before: readonly string[],
  reveals: readonly string[],
): Promise<string | null> {
  let refused: string | null = null
  for (const hex of reveals) {
    const reason = await rejectReason(client, [...before, hex], { signal })
    if (reason !== null && !(directly && isAboutContent(reason))) throw refusal(reason)
    refused ??= reason
  }
  return refused
}

/**
 * What nodes say of envelopes that they do not want, as met: Knots by -datacarrier and -rejectparasites, and by script
 * flags that only its mempool has. Of fees, sizes and ancestors a block would be refused no less on another network.
 */
function isAboutContent(reason: string): boolean {
  return /^(txn-datacarrier-|(mempool|non-mandatory)-script-verify-flag)/.test(reason)
}

/** By themselves they are taken; together they may be too many. */
async function requireAllTaken({ client, signal }: DispatchContext, all: readonly string[]): Promise<void> {
  requireRelayable(all.map((hex) => Transaction.fromHex(hex).virtualSize()))
  const reason = await rejectReason(client, all, { signal })
  if (reason !== null) throw refusal(reason)
}

async function sendAll({ client, signal }: DispatchContext, all: readonly string[]): Promise<void> {
  for (const hex of all) await send(client, hex, { signal })
}

async function mine(context: DispatchContext, refused: string, hex: readonly string[]): Promise<void> {
  const { client, signal, onNote } = context
  onNote?.({ kind: 'mined-directly', reason: refused })
  await mineDirectly(client, hex, { signal })
}

/** Whether a node refuses a transaction since it does not know its coins, or they are spent. */
export const isSpent = (reason: string) => reason === 'missing-inputs' || reason.startsWith('bad-txns-inputs')

/** Core: validation.cpp and policy/rbf.cpp, of what spends what another of the mempool does. */
const isRivalry = (reason: string) =>
  /^(txn-mempool-conflict|insufficient fee|too many potential replacements|replacement-adds-unconfirmed)/.test(reason)

/** Of a job that was never sent. */
export function ticketGone(job: Job): WscError {
  const message = `another inscription spends the ticket of job ${job.id}; nothing was sent`
  return settlementError('E_TICKET', message, { cure: { act: 'ticket-waits' } })
}

/** @param unmade what made a coin, where it is that which is gone */
export function conflict(job: Job, unmade?: string): WscError {
  if (unmade !== undefined) {
    const found = `the chain has no longer got ${unmade}, which made a coin of this inscription: a deep reorg took it out`
    return settlementError('E_CONFLICT', `${found}.`, { cure: { act: 'forget-unmade-job', subject: job.id } })
  }
  const coins = job.attempts.at(-1)?.coins.map(({ txid, vout }) => `${txid}:${vout}`)
  const found = `something else spent ${coins?.join(', ')}, the coins of this inscription`
  return settlementError('E_CONFLICT', `${found}.`, { cure: { act: 'forget-job', subject: job.id } })
}

function refusal(reason: string): WscError {
  const message = `the node refuses to relay it: ${reason}. What was sent before stays, and is kept.`
  return settlementError('E_POLICY', message)
}
