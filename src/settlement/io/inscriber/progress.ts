import { confirmationsOf, send } from './bitcoind-calls.ts'
import { findSpender } from './chain-search.ts'
import type { BitcoindCalls } from './client.ts'
import { conflict, dispatch, ticketGone } from './dispatch.ts'
import { type Job, type JobStore, leavesOf } from './job.ts'
import { type JobView, viewOf, viewOfDone } from './job-view.ts'
import { DEEPEST_REORG, locate, type Whereabouts } from './locate.ts'
import type { OnNote } from './notes.ts'
import type { Payers } from './payers.ts'

export interface JobProgressOptions {
  readonly client: BitcoindCalls
  readonly jobs: JobStore
  readonly payers: Payers
  /** Confirmations after which an inscription needs no more care. */
  readonly finality: number
  /** Whether what the node's policy refuses may be mined instead. */
  readonly directly: boolean
  readonly signal?: AbortSignal | undefined
  readonly onNote?: OnNote
  /** A job that is dropped, since another inscription with its ticket is final. */
  readonly onSuperseded?: ((job: Job) => void) | undefined
}

/** Brings jobs that are on disk further: sends what the node does not have, and lets go of what is final. */
export class JobProgress {
  readonly #options: JobProgressOptions

  constructor(options: JobProgressOptions) {
    this.#options = options
  }

  /** One look, and all that follows from it. Throws E_CONFLICT where its coins went elsewhere, E_TICKET where its ticket did before it was sent. */
  async advance(job: Job): Promise<JobView> {
    const { client, jobs, finality, directly, signal, onNote } = this.#options
    let where = await locate(this.#options, job, this.#call)
    const rival = where.commit === null ? await this.#rival(job) : null
    if (rival !== null) return await this.#giveWay(job, where, rival)
    if (where.conflict) throw conflict(job, where.unmade)
    let current = job
    if (where.commit === null || where.reveals.some((one) => one === null)) {
      current = await dispatch({ client, jobs, drop: () => this.drop(job), directly, signal, onNote }, job, where)
      where = await locate(this.#options, current, this.#call)
    }
    if (await this.#sendChildren(current, where)) where = await locate(this.#options, current, this.#call)
    if (!where.reveals.every((one) => one !== null && one >= finality)) return viewOf(current, where)
    return (await this.#finish(current)) ?? viewOf(current, where)
  }

  /** Confirmations of what else spends the ticket, 0 in the mempool; null where nothing does. */
  async #rival({ ticket, attempts, since }: Job): Promise<number | null> {
    const { client } = this.#options
    if (ticket === undefined) return null
    if ((await confirmationsOf(client, ticket.txid, ticket.vout, this.#call)) !== null) return null
    const spender = await findSpender(client, [ticket], since - DEEPEST_REORG, this.#call)
    if (spender === null || attempts.some(({ commit }) => commit.txid === spender.txid)) return null
    return spender.height === null ? 0 : (await client.getBlockCount(this.#call)) - spender.height + 1
  }

  /** What was sent may come back by a reorg, until the other is final: so long the job stands, and nothing is sent. */
  async #giveWay(job: Job, where: Whereabouts, confirmations: number): Promise<JobView> {
    if (job.status === 'prepared') {
      await this.drop(job)
      throw ticketGone(job)
    }
    if (confirmations < this.#options.finality) return viewOf(job, where)
    await this.drop(job)
    this.#options.onSuperseded?.(job)
    return { ...viewOf(job, where), status: 'superseded' }
  }

  /** Null where a block came in between: then it is done another time. */
  async #finish(job: Job): Promise<JobView | null> {
    const { client, jobs, payers, finality } = this.#options
    const tip = await client.getBlockCount(this.#call)
    const { attempt, reveals } = await locate(this.#options, job, this.#call)
    const deep = reveals.every((one) => one !== null && one >= finality)
    if (!deep || (await client.getBlockCount(this.#call)) !== tip) return null
    // Those of an attempt that another one was confirmed instead of.
    await payers.release(job)
    const { id, commitTxid, feeRate, fees } = viewOf(job, { attempt, reveals })
    const places = attempt.reveals.map(({ txid }, i) => ({ txid, height: tip - reveals[i]! + 1 }))
    const done = { id, commitTxid, feeRate, fees: fees.toString(), reveals: places }
    await jobs.finish(done, leavesOf(attempt))
    return viewOfDone(done, tip)
  }

  /** Those that the node does not have, of reveals that wait. */
  async #sendChildren(job: Job, { attempt, reveals, children }: Whereabouts): Promise<boolean> {
    const lost = new Set<string>()
    for (const [i, { txid }] of attempt.reveals.entries()) {
      const child = job.children[txid]
      if (child !== undefined && children[i] === null && (reveals[i] ?? 0) === 0) lost.add(child.hex)
    }
    for (const hex of lost) await send(this.#options.client, hex, this.#call)
    return lost.size > 0
  }

  /** Drops a job at its operator's word: what was sent of it may be anywhere. */
  async forget(job: Job): Promise<void> {
    await this.#options.payers.release(job)
    await this.#options.jobs.forget(job)
  }

  /** In this order: a kill between the two leaves a job, which reserves its coins again. */
  async drop(job: Job): Promise<void> {
    await this.#options.payers.release(job)
    await this.#options.jobs.remove(job)
  }

  get #call(): { readonly signal: AbortSignal | undefined } {
    return { signal: this.#options.signal }
  }
}
