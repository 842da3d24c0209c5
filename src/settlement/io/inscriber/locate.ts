import { confirmationsOf } from './bitcoind-calls.ts'
import { behind, findInChain, findSpender, requireCaughtUp, type Spender } from './chain-search.ts'
import type { BitcoindCalls } from './client.ts'
import type { Attempt, Job, JobStore } from './job.ts'

/** A reorg of so many blocks may have put a transaction below the tip of the moment it was made. */
export const DEEPEST_REORG = 20

/** Where the transactions of an attempt are: confirmations, 0 in the mempool, null nowhere. */
export interface Whereabouts {
  readonly attempt: Attempt
  readonly commit: number | null
  readonly reveals: readonly (number | null)[]
  /** Of each reveal's child; null where there is none too. */
  readonly children: readonly (number | null)[]
  /** Something else spent coins of the commit: the node shows it. Or they are there no more. */
  readonly conflict: boolean
  /** Of a conflict: the transaction that made a coin, which a reorg took out of the chain when its job was no longer in care. */
  readonly unmade?: string
}

/** A node, and what is known here of jobs. */
export interface LocateContext {
  readonly client: BitcoindCalls
  readonly jobs: Pick<JobStore, 'letGo'>
}

interface Search extends LocateContext {
  readonly job: Job
  readonly options: { readonly signal?: AbortSignal | undefined }
}

/** As the set of unspent outputs tells it. */
interface Seen {
  readonly attempt: Attempt
  readonly commit: number | null
  readonly reveals: readonly (number | null)[]
  readonly children: readonly (number | null)[]
  /** Of the commit's outputs that the reveals spend. */
  readonly unspent: readonly (number | null)[]
}

/**
 * The attempt that counts, as the node sees it now: one that is confirmed, otherwise the newest (it replaces the others,
 * and has to be sent again where the node lost it). Throws E_NODE_BEHIND where the node cannot know.
 */
export async function locate(
  { client, jobs }: LocateContext,
  job: Job,
  options: Search['options'],
): Promise<Whereabouts> {
  const search = { client, jobs, job, options }
  const all: Seen[] = []
  for (const attempt of job.attempts.toReversed()) {
    const seen = await look(search, attempt)
    if (seen.commit !== null && seen.commit > 0) return await withSpentReveals(search, seen)
    all.push(seen)
  }
  const newest = all[0]!
  const waiting = { ...newest, conflict: false }
  // What the newest is to replace spends the same coins, and is no conflict.
  if (all.some(({ commit }) => commit !== null) || (await coinsAreLeft(search, newest.attempt))) return waiting
  // Either every output of a commit is spent again, or the coins went elsewhere: only the blocks tell.
  const spender = await spenderOf(search, newest.attempt)
  if (typeof spender === 'string') return { ...newest, conflict: true, unmade: spender }
  const ours = all.find(({ attempt }) => attempt.commit.txid === spender.txid)
  if (ours === undefined) return { ...newest, conflict: true }
  return await withSpentReveals(search, { ...ours, commit: await depthAt(search, spender.height) })
}

async function look(search: Search, attempt: Attempt): Promise<Seen> {
  const { job } = search
  const { commit } = attempt
  const reveals: (number | null)[] = []
  const children: (number | null)[] = []
  const unspent: (number | null)[] = []
  for (const [i, { txid }] of attempt.reveals.entries()) {
    const child = job.children[txid]
    const at = child === undefined ? null : await standing(search, child.txid, child.vout)
    children.push(at)
    reveals.push((await standing(search, txid, 0)) ?? at)
    unspent.push(await standing(search, commit.txid, i))
  }
  const change = await standing(search, commit.txid, attempt.reveals.length)
  const seen = [change, ...unspent, ...reveals].filter((one) => one !== null)
  return { attempt, commit: seen.length === 0 ? null : Math.max(...seen), reveals, children, unspent }
}

/** Confirmations of an output that no block spends. What only the mempool spends is confirmed all the same. */
async function standing({ client, options }: Search, txid: string, vout: number): Promise<number | null> {
  const confirmed = await confirmationsOf(client, txid, vout, { ...options, mempool: false })
  return confirmed ?? (await confirmationsOf(client, txid, vout, options))
}

async function coinsAreLeft({ client, options }: Search, { coins }: Attempt): Promise<boolean> {
  // Unconfirmed coins are seen with the mempool alone, coins that something unconfirmed spends without it alone.
  for (const mempool of [true, false]) {
    const found = await Promise.all(
      coins.map(({ txid, vout }) => confirmationsOf(client, txid, vout, { ...options, mempool })),
    )
    if (found.every((one) => one !== null)) return true
  }
  return false
}

/** What spent its coins; or what made one of them, where the chain has that no more and nobody here sends it again. */
async function spenderOf(search: Search, { coins }: Attempt): Promise<Spender | string> {
  const { client, jobs, job, options } = search
  await requireCaughtUp(client, job.since, options)
  const spender = await findSpender(client, coins, job.since - DEEPEST_REORG, options)
  if (spender !== null) return spender
  for (const { txid } of coins) {
    const height = await jobs.letGo(txid)
    if (height === null || (await standing(search, txid, 0)) !== null) continue
    if ((await findInChain(client, txid, height - DEEPEST_REORG, options)) === null) return txid
  }
  const names = coins.map(({ txid, vout }) => `${txid}:${vout}`).join(', ')
  const found = `The node knows neither ${names}, the coins of job ${job.id}, nor what spent them.`
  throw behind(found, { act: 'wait-or-other-node' })
}

/** A reveal whose output is spent again is in no set of unspent outputs. */
async function withSpentReveals(search: Search, seen: Seen): Promise<Whereabouts> {
  const { client, job, options } = search
  const { attempt, commit, children, unspent } = seen
  const reveals = [...seen.reveals]
  for (const [i, { txid }] of attempt.reveals.entries()) {
    if (reveals[i] !== null || unspent[i] !== null) continue
    const height = await findInChain(client, txid, job.since - DEEPEST_REORG, options)
    reveals[i] = height === null ? null : await depthAt(search, height)
  }
  return { attempt, commit, reveals, children, conflict: false }
}

async function depthAt({ client, options }: Search, height: number | null): Promise<number> {
  return height === null ? 0 : (await client.getBlockCount(options)) - height + 1
}
