import type { Transaction } from 'bitcoinjs-lib'
import type { TransactionOutput } from '../../../bitcoin/index.ts'
import { aBoolean, anInteger, requireArgument, Turns, type WscError } from '../../../lib/index.ts'
import { isSettlementError, settlementError } from '../../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { accelerated } from './accelerate.ts'
import { bumped } from './bump.ts'
import { CoinHistory } from './coin-history.ts'
import { conflict } from './dispatch.ts'
import { FeeBounds } from './fee-bounds.ts'
import type { InscriberOptions } from './inscriber-options.ts'
import { attemptOf, type Job, JobStore, jobId, leavesOf, rawCoin } from './job.ts'
import { type JobView, viewOfDone } from './job-view.ts'
import { locate } from './locate.ts'
import { Payers, requireOwnCoins } from './payers.ts'
import type { OptionalGuard } from './plain-coins.ts'
import { type Cost, type Pays, type Plan, requirePays } from './plan.ts'
import { JobProgress } from './progress.ts'
import { type RecordLine, type RecordStanding, recordStanding } from './record-standing.ts'
import { recordAndBodyIn, recordIn, recordWarnings } from './record-warnings.ts'
import { leafScript, type TicketCoin } from './transactions.ts'

/**
 * Commits and reveals. Both are built, signed and on disk before anything is sent, and what is on disk is sent again
 * until it is final: a crash at any moment loses nothing, and inscribes nothing twice.
 */
export class Inscriber {
  readonly #options: InscriberOptions
  readonly #jobs: JobStore
  readonly #payers: Payers
  readonly #guard: OptionalGuard
  readonly #progress: JobProgress
  readonly #bounds: FeeBounds
  /** Two at once would choose the same coins. */
  readonly #turns = new Turns()

  constructor(options: InscriberOptions) {
    const { wallet, client, store, allowInscribed = false, finality = 6, signal, onNote } = options
    requireArgument('Inscriber', 'finality', finality, anInteger(1, 1_000_000))
    this.#bounds = new FeeBounds({ client, params: wallet.params, maxFeeRate: options.maxFeeRate })
    const { maxFeeRate, directly } = this.#bounds
    // A text would be true, whatever it says.
    requireArgument('Inscriber', 'allowInscribed', allowInscribed, aBoolean)
    this.#options = options
    this.#jobs = new JobStore(options.store, wallet.params)
    this.#guard = allowInscribed ? null : new CoinHistory({ client, params: wallet.params, store, onNote })
    this.#payers = new Payers({ wallet, client, jobs: this.#jobs, maxFeeRate, guard: this.#guard, signal, onNote })
    this.#progress = new JobProgress({
      client,
      jobs: this.#jobs,
      payers: this.#payers,
      finality,
      directly,
      signal,
      onNote,
      onSuperseded: ({ id: job, attempts }) => {
        const read = leavesOf(attempts.at(-1)!).map((leaf) => recordAndBodyIn(leaf, wallet.params))
        const records = read.filter((one) => one !== null)
        options.onSuperseded?.(records.map(({ record, body }) => ({ job, record, body })))
      },
    })
  }

  /** What inscribing would cost; nothing is kept or sent. */
  async quote(envelopes: readonly Uint8Array[], feeRate?: number, pays: Pays = [], ticket?: TicketCoin): Promise<Cost> {
    requirePays(envelopes, pays)
    return await this.#turns.take(async () => {
      const leaves = this.#leaves(envelopes)
      if ((await this.#jobs.get(jobId(this.#options.wallet, leaves, pays))) === null) await this.#warn(leaves)
      const { assumeCoin } = this.#options
      return (await this.#plan(leaves, feeRate, pays, { ticket, assumeCoin })).cost
    })
  }

  /** Resolves once what is under way has ended, well or not. */
  async settled(): Promise<void> {
    await this.#turns.take(async () => {})
  }

  /**
   * Inscribes these, one commit for all; what was begun before is gone on with.
   *
   * @param pays what each one's reveal pays beside the inscription's own output
   * @param ticket spent by the commit of a new job, and made anew
   */
  async inscribe(
    envelopes: readonly Uint8Array[],
    feeRate?: number,
    pays: Pays = [],
    ticket?: TicketCoin,
  ): Promise<JobView> {
    requirePays(envelopes, pays)
    return await this.#turns.take(() => this.#inscribe(this.#leaves(envelopes), feeRate, pays, ticket))
  }

  async #inscribe(
    leaves: readonly Uint8Array[],
    feeRate: number | undefined,
    pays: Pays,
    ticket: TicketCoin | undefined,
  ): Promise<JobView> {
    const id = jobId(this.#options.wallet, leaves, pays)
    const begun = await this.#goOn(id)
    if (begun !== null) return begun
    await this.#warn(leaves)
    const since = await this.#options.client.getBlockCount(this.#call)
    const plan = await this.#plan(leaves, feeRate, pays, { ticket })
    this.#options.onCost?.(plan.cost)
    const { fundFrom: nodeWallet } = this.#options
    const job: Job = { id, since, status: 'prepared', attempts: [attemptOf(plan)], children: {}, nodeWallet }
    if (ticket !== undefined) job.ticket = rawCoin(ticket.coin)
    await this.#jobs.put(job)
    await this.#payers.reserve(job)
    return await this.#progress.advance(job)
  }

  /** Goes on with a job, and tells how it stands; null where there is none, or none any more. */
  async goOn(id: string): Promise<JobView | null> {
    return await this.#turns.take(() => this.#goOn(id))
  }

  async #goOn(id: string): Promise<JobView | null> {
    const done = await this.#jobs.done(id)
    if (done !== null) return viewOfDone(done, await this.#options.client.getBlockCount(this.#call))
    const begun = await this.#jobs.get(id)
    return begun === null ? null : await this.#progress.advance(begun)
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
          return job === null ? null : await this.#progress.advance(job)
        })
        if (view !== null) yield view
      } catch (error) {
        if (!isSettlementError(error)) throw error
        problem ??= error
      }
    }
    if (problem !== undefined) throw problem
  }

  /** What is known of a line of records: in the chain, in the node's mempool, and on its way from here. */
  async standing(line: RecordLine): Promise<RecordStanding> {
    const { client, wallet, known, onNote } = this.#options
    const components = { jobs: this.#jobs, known, client, params: wallet.params, onNote }
    return await this.#turns.take(() => recordStanding(components, line, this.#call))
  }

  /** Drops a job whose coins something else has spent, or a deep reorg has taken away; the same content can then be inscribed with others. */
  async forget(id: string): Promise<void> {
    await this.#turns.take(() => this.#forget(id))
  }

  async #forget(id: string): Promise<void> {
    const job = await this.#job(id)
    const { conflict: gone } = await locate({ client: this.#options.client, jobs: this.#jobs }, job, this.#call)
    if (!gone) {
      throw settlementError('E_JOB', 'its coins are not spent by anything else', { cure: { act: 'resume' } })
    }
    await this.#progress.forget(job)
  }

  /**
   * Replaces an unconfirmed commit, and with it the reveals, by one that pays more (BIP125).
   *
   * @param ticket key of the ticket that the commit spends, and the new one spends again
   */
  async bump(id: string, feeRate: number, ticket?: Wallet): Promise<JobView> {
    return await this.#turns.take(() => this.#bump(id, feeRate, ticket))
  }

  async #bump(id: string, feeRate: number, key: Wallet | undefined): Promise<JobView> {
    this.#bounds.checkRate(feeRate)
    const job = await this.#job(id)
    const where = await locate({ client: this.#options.client, jobs: this.#jobs }, job, this.#call)
    const context = {
      ...{ ...this.#options, payers: this.#payers },
      checkCap: (rate: number) => this.#bounds.checkRate(rate),
      checkSize: (cost: Cost) => this.#bounds.checkSize(cost),
    }
    const replaced = await bumped(context, job, where, feeRate, key)
    await this.#jobs.put(replaced)
    await this.#payers.reserve(replaced)
    return await this.#progress.advance(replaced)
  }

  /** Has one child of the waiting reveals pay for them and their commit (CPFP), or a child that pays more replace it. */
  async accelerate(id: string, feeRate: number): Promise<JobView> {
    return await this.#turns.take(() => this.#accelerate(id, feeRate))
  }

  async #accelerate(id: string, feeRate: number): Promise<JobView> {
    this.#bounds.checkRate(feeRate)
    const job = await this.#job(id)
    const where = await locate({ client: this.#options.client, jobs: this.#jobs }, job, this.#call)
    if (where.conflict) throw conflict(job, where.unmade)
    const context = {
      ...this.#options,
      ownCoins: () => this.#payers.ownCoins(),
      guard: this.#guard,
      checkCap: (rate: number) => this.#bounds.checkRate(rate),
    }
    const paidFor = await accelerated(context, job, where, feeRate)
    await this.#jobs.put(paidFor)
    return await this.#progress.advance(paidFor)
  }

  /** Before anyone pays for a record that will not count. */
  async #warn(leaves: readonly Uint8Array[]): Promise<void> {
    const { client, wallet, known, onWarning } = this.#options
    if (onWarning === undefined) return
    const records = leaves.map((leaf) => recordIn(leaf, wallet.params))
    const sources = known === undefined ? [this.#jobs] : [this.#jobs, known]
    for (const warning of await recordWarnings(records, client, sources, this.#call)) onWarning(warning)
  }

  /** Id that a job of these envelopes has if it pays no other output; whether it is there, or was, `knows` says. */
  jobOf(envelopes: readonly Uint8Array[]): string {
    return jobId(this.#options.wallet, this.#leaves(envelopes))
  }

  /** Whether a job is under way here, or was finished. */
  async knows(id: string): Promise<boolean> {
    return await this.#turns.take(
      async () => (await this.#jobs.get(id)) !== null || (await this.#jobs.done(id)) !== null,
    )
  }

  /** A signed transaction of the wallet file's free coins that pays these; nothing is kept or sent. Throws E_USAGE where a wallet of the node is to pay. */
  async pay(outputs: readonly TransactionOutput[], feeRate?: number): Promise<Transaction> {
    requireOwnCoins(this.#options.fundFrom)
    return await this.#turns.take(async () => this.#payers.pay(outputs, await this.#bounds.rate(feeRate, this.#call)))
  }

  async #plan(
    leaves: readonly Uint8Array[],
    feeRate: number | undefined,
    pays: Pays,
    {
      ticket,
      assumeCoin = false,
    }: { readonly ticket?: TicketCoin | undefined; readonly assumeCoin?: boolean | undefined },
  ): Promise<Plan> {
    const nodeWallet = this.#options.fundFrom
    if (ticket !== undefined) requireOwnCoins(nodeWallet)
    const rate = await this.#bounds.rate(feeRate, this.#call)
    const plan = await this.#payers.plan({ leaves, pays, feeRate: rate, nodeWallet, ticket, assumeCoin })
    this.#bounds.checkSize(plan.cost)
    return plan
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
