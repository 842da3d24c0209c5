import type { NodeClient } from '../../bitcoin/node/index.ts'
import type { Attempt, Job } from './job.ts'
import { confirmationsOf, findInChain } from './node-calls.ts'

/** A reorg of so many blocks may have put a transaction below the tip of the moment it was made. */
const DEEPEST_REORG = 20

/** Where the transactions of an attempt are: confirmations, 0 in the mempool, null nowhere. */
export interface Whereabouts {
  readonly attempt: Attempt
  readonly commit: number | null
  readonly reveals: readonly (number | null)[]
  /** Not all coins of the commit are left, and the commit is nowhere: something else spent them. */
  readonly conflict: boolean
}

type Options = { readonly signal?: AbortSignal | undefined }

/**
 * The attempt that counts, as the node sees it now: one that is confirmed, otherwise the newest (it replaces the others,
 * and has to be sent again where the node lost it).
 */
export async function locate(client: NodeClient, job: Job, options: Options): Promise<Whereabouts> {
  const all: Whereabouts[] = []
  for (const attempt of job.attempts.toReversed()) {
    const found = await whereabouts(client, job, attempt, options)
    if (found.commit !== null && found.commit > 0) return found
    all.push(found)
  }
  const newest = all[0]!
  // What the newest is to replace spends the same coins, and is no conflict.
  return { ...newest, conflict: newest.conflict && all.every(({ commit }) => commit === null) }
}

async function whereabouts(client: NodeClient, job: Job, attempt: Attempt, options: Options): Promise<Whereabouts> {
  const { commit, coins } = attempt
  const reveals: (number | null)[] = []
  const unspent: (number | null)[] = []
  for (const [i, { txid }] of attempt.reveals.entries()) {
    const child = job.children[txid]
    const own = await confirmationsOf(client, txid, 0, options)
    reveals.push(own ?? (child === undefined ? null : await confirmationsOf(client, child.txid, 0, options)))
    unspent.push(await confirmationsOf(client, commit.txid, i, options))
  }
  const change = await confirmationsOf(client, commit.txid, attempt.reveals.length, options)
  const seen = [change, ...unspent, ...reveals].filter((one) => one !== null)
  let commitAt = seen.length === 0 ? null : Math.max(...seen)
  let conflict = false
  if (commitAt === null) {
    // Unconfirmed coins are seen with the mempool alone, coins that something unconfirmed spends without it alone.
    const unspentBy = (mempool: boolean) =>
      Promise.all(coins.map(({ txid, vout }) => confirmationsOf(client, txid, vout, { ...options, mempool })))
    for (const left of [await unspentBy(true), await unspentBy(false)]) {
      if (left.every((one) => one !== null)) return { attempt, commit: null, reveals, conflict: false }
    }
    // Either every output of it is spent again, or the coins went elsewhere: only the blocks tell.
    commitAt = await depth(client, job, commit.txid, options)
    conflict = commitAt === null
  }
  for (const [i, { txid }] of attempt.reveals.entries()) {
    if (reveals[i] === null && unspent[i] === null) reveals[i] = await depth(client, job, txid, options)
  }
  return { attempt, commit: commitAt, reveals, conflict }
}

async function depth(client: NodeClient, job: Job, txid: string, options: Options): Promise<number | null> {
  const height = await findInChain(client, txid, job.since - DEEPEST_REORG, options)
  return height === null ? null : (await client.getBlockCount(options)) - height + 1
}
