import { Transaction } from 'bitcoinjs-lib'
import type { WscError } from '../../../lib/index.ts'
import { isSettlementError, settlementError } from '../../errors.ts'
import type { Store } from '../store.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { accelerated } from './accelerate.ts'
import { estimateFeeRate, rejectReason, send } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import { CoinHistory } from './coin-history.ts'
import { conflict, dispatch } from './dispatch.ts'
import { attemptOf, coinsOf, type Job, JobStore, jobId } from './job.ts'
import { type JobView, viewOf, viewOfDone } from './job-view.ts'
import { locate, type Whereabouts } from './locate.ts'
import { evicted } from './mempool.ts'
import { Payers } from './payers.ts'
import type { OptionalGuard } from './plain-coins.ts'
import { type Cost, type Plan, requireRelayable } from './plan.ts'
import { leafScript } from './transactions.ts'
import { Turns } from './turns.ts'

const MAX_FEE_RATE = 200

/** Who pays for inscriptions, at which rate, and where jobs are kept. */
export interface InscriberOptions {
  readonly wallet: Wallet
  readonly client: BitcoindCalls
  readonly store: Store
  /** The node's wallet that pays for the commits of new jobs; the coins of `wallet` do unless given. */
  readonly fundFrom?: string | undefined
  /** Confirmations after which an inscription needs no more care; 6 unless given. */
  readonly finality?: number | undefined
  /** Most that is paid, satoshis a virtual byte; 200 unless given. */
  readonly maxFeeRate?: number | undefined
  /** Lets coins pay that carry inscriptions, or may. */
  readonly allowInscribed?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Told before anything is sent. */
  readonly onCost?: ((cost: Cost) => void) | undefined
  /** What an operator should know: blocks mined directly, what is waited for. */
  readonly onNote?: ((note: string) => void) | undefined
}

/**
 * Commits and reveals. Both are built, signed and on disk before anything is sent, and what is on disk is sent again
 * until it is final: a crash at any moment loses nothing, and inscribes nothing twice.
 */
export class Inscriber {
  readonly #options: InscriberOptions
  readonly #jobs: JobStore
  readonly #payers: Payers
  readonly #guard: OptionalGuard
  /** Two at once would choose the same coins. */
  readonly #turns = new Turns()

  constructor(options: InscriberOptions) {
    const { wallet, client, store, maxFeeRate = MAX_FEE_RATE, allowInscribed = false, signal, onNote } = options
    this.#options = options
    this.#jobs = new JobStore(options.store, wallet.params)
    this.#guard = allowInscribed ? null : new CoinHistory({ client, params: wallet.params, store })
    this.#payers = new Payers({ wallet, client, jobs: this.#jobs, maxFeeRate, guard: this.#guard, signal, onNote })
  }

  /** What inscribing would cost; nothing is kept or sent. */
  async quote(envelopes: readonly Uint8Array[], feeRate?: number): Promise<Cost> {
    return await this.#turns.take(async () => (await this.#plan(this.#leaves(envelopes), feeRate)).cost)
  }

  /** Inscribes these, one commit for all; what was begun before is gone on with. */
  async inscribe(envelopes: readonly Uint8Array[], feeRate?: number): Promise<JobView> {
    return await this.#turns.take(() => this.#inscribe(this.#leaves(envelopes), feeRate))
  }

  async #inscribe(leaves: readonly Uint8Array[], feeRate?: number): Promise<JobView> {
    const id = jobId(this.#options.wallet, leaves)
    const done = await this.#jobs.done(id)
    if (done !== null) return viewOfDone(done, await this.#options.client.getBlockCount(this.#call))
    const begun = await this.#jobs.get(id)
    if (begun !== null) return await this.#advance(begun)
    const since = await this.#options.client.getBlockCount(this.#call)
    const plan = await this.#plan(leaves, feeRate)
    this.#options.onCost?.(plan.cost)
    const { fundFrom: nodeWallet } = this.#options
    const job: Job = { id, since, status: 'prepared', attempts: [attemptOf(plan)], children: {}, nodeWallet }
    await this.#jobs.put(job)
    await this.#payers.reserve(job)
    return await this.#advance(job)
  }

  /**
   * Sends again whatever is not final yet, and tells how it stands. What stands in the way of one job does not hold up
   * the others: it is thrown after the last.
   */
  async *resume(): AsyncGenerator<JobView, void> {
    let problem: WscError | undefined
    for (const { id } of await this.#jobs.list()) {
      try {
        const view = await this.#turns.take(async () => {
          const job = await this.#jobs.get(id)
          return job === null ? null : await this.#advance(job)
        })
        if (view !== null) yield view
      } catch (error) {
        if (!isSettlementError(error)) throw error
        problem ??= error
      }
    }
    if (problem !== undefined) throw problem
  }

  /** Drops a job whose coins something else has spent; the same content can then be inscribed with others. */
  async forget(id: string): Promise<void> {
    await this.#turns.take(() => this.#forget(id))
  }

  async #forget(id: string): Promise<void> {
    const job = await this.#job(id)
    const { conflict: gone } = await locate(this.#options.client, job, this.#call)
    if (!gone) {
      throw settlementError('E_JOB', 'its coins are not spent by anything else', { cure: { act: 'resume' } })
    }
    await this.#drop(job)
  }

  /** Replaces an unconfirmed commit, and with it the reveals, by one that pays more (BIP125). */
  async bump(id: string, feeRate: number): Promise<JobView> {
    return await this.#turns.take(() => this.#bump(id, feeRate))
  }

  async #bump(id: string, feeRate: number): Promise<JobView> {
    const { client } = this.#options
    const job = await this.#job(id)
    const where = await locate(client, job, this.#call)
    const { attempt } = where
    if (where.conflict) throw conflict(job)
    if (where.commit !== null && where.commit > 0) {
      const waits = where.reveals.some((one) => (one ?? 0) === 0)
      if (!waits) throw settlementError('E_JOB', 'the commit is confirmed, and so are all reveals')
      const cure = { act: 'accelerate-job', subject: id }
      throw settlementError('E_JOB', 'the commit is confirmed, and what waits is a reveal', { cure })
    }
    if (feeRate <= attempt.feeRate) {
      throw settlementError('E_JOB', `the commit pays ${attempt.feeRate} sat/vB already: a replacement must pay more`)
    }
    this.#checkCap(feeRate)
    const leaves = attempt.reveals.map(({ hex }) => Transaction.fromHex(hex).ins[0]!.witness[1]!)
    const commits = job.attempts.map(({ commit }) => commit.txid)
    const replaces = { coins: coinsOf(attempt), ...(await evicted(client, commits, this.#call)) }
    const plan = await this.#payers.plan({ leaves, feeRate, nodeWallet: job.nodeWallet, replaces })
    this.#checkSize(plan.cost)
    const { fees, commitVsize, revealVsizes } = plan.cost
    this.#checkCap(Number(fees) / revealVsizes.reduce((total, vsize) => total + vsize, commitVsize))
    this.#options.onCost?.(plan.cost)
    // Reveals of a commit that is not there yet cannot be judged beside the ones it replaces; the first ones were.
    const reason = await rejectReason(client, [plan.commit.toHex()], this.#call)
    if (reason !== null) throw settlementError('E_POLICY', `the node refuses the replacement: ${reason}`)
    const bumped = { ...job, attempts: [...job.attempts, attemptOf(plan)] }
    await this.#jobs.put(bumped)
    await this.#payers.reserve(bumped)
    return await this.#advance(bumped)
  }

  /** Has one child of the waiting reveals pay for them and their commit (CPFP), or a child that pays more replace it. */
  async accelerate(id: string, feeRate: number): Promise<JobView> {
    return await this.#turns.take(() => this.#accelerate(id, feeRate))
  }

  async #accelerate(id: string, feeRate: number): Promise<JobView> {
    this.#checkCap(feeRate)
    const job = await this.#job(id)
    const where = await locate(this.#options.client, job, this.#call)
    if (where.conflict) throw conflict(job)
    const context = {
      ...this.#options,
      ownCoins: () => this.#payers.ownCoins(),
      guard: this.#guard,
      checkCap: (rate: number) => this.#checkCap(rate),
    }
    const paidFor = await accelerated(context, job, where, feeRate)
    await this.#jobs.put(paidFor)
    return await this.#advance(paidFor)
  }

  async #advance(job: Job): Promise<JobView> {
    const { client, finality = 6, signal, onNote } = this.#options
    let where = await locate(client, job, this.#call)
    if (where.conflict) throw conflict(job)
    let current = job
    if (where.commit === null || where.reveals.some((one) => one === null)) {
      current = await dispatch(
        { client, jobs: this.#jobs, drop: () => this.#drop(job), directly: this.#directly, signal, onNote },
        job,
        where,
      )
      where = await locate(client, current, this.#call)
    }
    if (await this.#sendChildren(current, where)) where = await locate(client, current, this.#call)
    if (!where.reveals.every((one) => one !== null && one >= finality)) return viewOf(current, where)
    return (await this.#finish(current)) ?? viewOf(current, where)
  }

  /** Null where a block came in between: then it is done another time. */
  async #finish(job: Job): Promise<JobView | null> {
    const { client, finality = 6 } = this.#options
    const tip = await client.getBlockCount(this.#call)
    const { attempt, reveals } = await locate(client, job, this.#call)
    const deep = reveals.every((one) => one !== null && one >= finality)
    if (!deep || (await client.getBlockCount(this.#call)) !== tip) return null
    // Those of an attempt that another one was confirmed instead of.
    await this.#payers.release(job)
    const { id, commitTxid, feeRate, fees } = viewOf(job, { attempt, reveals })
    const places = attempt.reveals.map(({ txid }, i) => ({ txid, height: tip - reveals[i]! + 1 }))
    const done = { id, commitTxid, feeRate, fees: fees.toString(), reveals: places }
    await this.#jobs.finish(done)
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

  async #plan(leaves: readonly Uint8Array[], feeRate?: number): Promise<Plan> {
    const { client, wallet } = this.#options
    const rate = feeRate ?? (await estimateFeeRate(client, wallet.params.weakPow, this.#call))
    this.#checkCap(rate)
    const plan = await this.#payers.plan({ leaves, feeRate: rate, nodeWallet: this.#options.fundFrom })
    this.#checkSize(plan.cost)
    return plan
  }

  /** On regtest the node decides: it may have to mine them directly. */
  #checkSize({ commitVsize, revealVsizes }: Cost): void {
    if (!this.#directly) requireRelayable([commitVsize, ...revealVsizes])
  }

  get #directly(): boolean {
    return this.#options.wallet.params.name === 'regtest'
  }

  #checkCap(feeRate: number): void {
    const { maxFeeRate = MAX_FEE_RATE } = this.#options
    if (feeRate <= maxFeeRate) return
    const found = `${feeRate.toFixed(1)} sat/vB is above the cap of ${maxFeeRate}.`
    throw settlementError('E_FEE_CAP', found, { cure: { act: 'raise-fee-cap' } })
  }

  /** In this order: a kill between the two leaves a job, which reserves its coins again. */
  async #drop(job: Job): Promise<void> {
    await this.#payers.release(job)
    await this.#jobs.remove(job)
  }

  #leaves(envelopes: readonly Uint8Array[]): Uint8Array[] {
    return envelopes.map((envelope) => leafScript(this.#options.wallet, envelope))
  }

  async #job(id: string): Promise<Job> {
    const job = await this.#jobs.get(id)
    if (job !== null) return job
    if ((await this.#jobs.done(id)) !== null) throw settlementError('E_JOB', 'it is final: nothing is left to do')
    throw settlementError('E_JOB', `there is no job ${id}`, { cure: { act: 'list-jobs' } })
  }

  get #call(): { readonly signal: AbortSignal | undefined } {
    return { signal: this.#options.signal }
  }
}
