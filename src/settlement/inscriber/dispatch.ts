import type { NodeClient } from '../../bitcoin/node/index.ts'
import { SettlementError } from '../errors.ts'
import type { Job, JobStore } from './job.ts'
import type { Whereabouts } from './locate.ts'
import { mineDirectly, rejectReason, send } from './node-calls.ts'

export interface DispatchContext {
  readonly client: NodeClient
  readonly jobs: JobStore
  /** Forgets the job, and frees its coins. */
  readonly drop: () => Promise<void>
  /** Where the node's policy refuses a reveal, mine it instead: regtest alone can. */
  readonly directly: boolean
  readonly signal?: AbortSignal | undefined
  readonly onNote?: ((note: string) => void) | undefined
}

/**
 * Sends what the node does not have. The whole is tested before its first part goes out; only reveals of a commit that
 * replaces another cannot be judged beside the ones they replace, and are tested once it is in.
 */
export async function dispatch(context: DispatchContext, job: Job, where: Whereabouts): Promise<Job> {
  const { client, jobs, directly, signal } = context
  const { commit } = where.attempt
  const missing = where.attempt.reveals.filter((_, i) => where.reveals[i] === null).map(({ hex }) => hex)
  const sent: Job = { ...job, status: 'sent' }
  if (where.commit !== null || job.attempts.length > 1) {
    if (where.commit === null) await requireTaken(context, job, commit.hex)
    await jobs.put(sent)
    if (where.commit === null) await send(client, commit.hex, { signal })
    const refused = await firstRefusal(context, [], missing)
    const unconfirmed = (where.commit ?? 0) > 0 ? [] : [commit.hex]
    await (refused === null ? sendAll(context, missing) : mine(context, refused, [...unconfirmed, ...missing]))
    return sent
  }
  try {
    await requireTaken(context, job, commit.hex)
    const refused = await firstRefusal(context, [commit.hex], missing)
    if (refused !== null && !directly) throw refusal(refused)
    await jobs.put(sent)
    const all = [commit.hex, ...missing]
    await (refused === null ? sendAll(context, all) : mine(context, refused, all))
    return sent
  } catch (error) {
    // Nothing of it ever left this machine: its coins are free again.
    if (error instanceof SettlementError && job.status === 'prepared') await context.drop()
    throw error
  }
}

async function requireTaken({ client, signal }: DispatchContext, job: Job, commit: string): Promise<void> {
  const reason = await rejectReason(client, [commit], { signal })
  if (reason === null) return
  if (reason === 'missing-inputs' || reason.startsWith('bad-txns-inputs')) throw conflict(job)
  throw refusal(reason)
}

async function firstRefusal(
  { client, signal }: DispatchContext,
  before: readonly string[],
  reveals: readonly string[],
): Promise<string | null> {
  for (const hex of reveals) {
    const reason = await rejectReason(client, [...before, hex], { signal })
    if (reason !== null) return reason
  }
  return null
}

async function sendAll({ client, signal }: DispatchContext, all: readonly string[]): Promise<void> {
  for (const hex of all) await send(client, hex, { signal })
}

async function mine(context: DispatchContext, refused: string, hex: readonly string[]): Promise<void> {
  if (!context.directly) throw refusal(refused)
  const { client, signal, onNote } = context
  onNote?.(`the node's policy refuses the reveal (${refused}); on regtest it is mined directly by generateblock`)
  await mineDirectly(client, hex, { signal })
}

export function conflict(job: Job): SettlementError {
  const coins = job.attempts.at(-1)?.coins.map(({ txid, vout }) => `${txid}:${vout}`)
  const found = `something else spent ${coins?.join(', ')}, the coins of this inscription`
  const cure = `Once that is deep enough: \`wsc inscribe forget ${job.id}\`, and inscribe again.`
  return new SettlementError('E_CONFLICT', `${found}. ${cure}`)
}

function refusal(reason: string): SettlementError {
  const message = `the node refuses to relay it: ${reason}. What was sent before stays, and is kept.`
  return new SettlementError('E_POLICY', message)
}
