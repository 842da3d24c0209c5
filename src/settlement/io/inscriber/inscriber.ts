import { aBoolean, anInteger, type OptionRule, requireArgument, type WscError } from '../../../lib/index.ts'
import { isSettlementError, settlementError } from '../../errors.ts'
import type { Store } from '../store.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { accelerated } from './accelerate.ts'
import { estimateFeeRate, rejectReason } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import { CoinHistory } from './coin-history.ts'
import { conflict } from './dispatch.ts'
import { attemptOf, coinsOf, type Job, JobStore, jobId, leavesOf, paysOf } from './job.ts'
import { type JobView, viewOfDone } from './job-view.ts'
import { locate } from './locate.ts'
import { evicted } from './mempool.ts'
import type { OnNote } from './notes.ts'
import { Payers } from './payers.ts'
import type { OptionalGuard } from './plain-coins.ts'
import { type Cost, type Pays, type Plan, requirePays, requireRelayable } from './plan.ts'
import { JobProgress } from './progress.ts'
import { type RecordLine, type RecordStanding, recordStanding } from './record-standing.ts'
import { type KnownSequences, type RecordWarning, recordIn, recordWarnings } from './record-warnings.ts'
import { leafScript } from './transactions.ts'
import { Turns } from './turns.ts'

const MAX_FEE_RATE = 200

const aFeeRate: OptionRule = {
  what: 'a number above 0',
  holds: (value) => typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY,
}

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
  /** Has quotes assume a coin where there are too few; what is inscribed is paid for in any case. */
  readonly assumeCoin?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** What others than this store know of records, an index. */
  readonly known?: KnownSequences | undefined
  /** Told of a new job's records before anything is paid or sent. */
  readonly onWarning?: ((warning: RecordWarning) => void) | undefined
  /** Told before anything is sent. */
  readonly onCost?: ((cost: Cost) => void) | undefined
  /** What an operator should know: blocks mined directly, what is waited for. */
  readonly onNote?: OnNote
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
  readonly #progress: JobProgress
  /** Two at once would choose the same coins. */
  readonly #turns = new Turns()

  constructor(options: InscriberOptions) {
    const { wallet, client, store, maxFeeRate = MAX_FEE_RATE, allowInscribed = false, signal, onNote } = options
    requireArgument('Inscriber', 'finality', options.finality ?? 6, anInteger(1, 1_000_000))
    requireArgument('Inscriber', 'maxFeeRate', maxFeeRate, aFeeRate)
    // A text would be true, whatever it says.
    requireArgument('Inscriber', 'allowInscribed', allowInscribed, aBoolean)
    this.#options = options
    this.#jobs = new JobStore(options.store, wallet.params)
    this.#guard = allowInscribed ? null : new CoinHistory({ client, params: wallet.params, store, onNote })
    this.#payers = new Payers({ wallet, client, jobs: this.#jobs, maxFeeRate, guard: this.#guard, signal, onNote })
    const { finality = 6 } = options
    const directly = this.#directly
    this.#progress = new JobProgress({
      client,
      jobs: this.#jobs,
      payers: this.#payers,
      finality,
      directly,
      signal,
      onNote,
    })
  }

  /** What inscribing would cost; nothing is kept or sent. */
  async quote(envelopes: readonly Uint8Array[], feeRate?: number, pays: Pays = []): Promise<Cost> {
    requirePays(envelopes, pays)
    return await this.#turns.take(async () => {
      const leaves = this.#leaves(envelopes)
      if ((await this.#jobs.get(jobId(this.#options.wallet, leaves, pays))) === null) await this.#warn(leaves)
      return (await this.#plan(leaves, feeRate, pays, this.#options.assumeCoin)).cost
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
   */
  async inscribe(envelopes: readonly Uint8Array[], feeRate?: number, pays: Pays = []): Promise<JobView> {
    requirePays(envelopes, pays)
    return await this.#turns.take(() => this.#inscribe(this.#leaves(envelopes), feeRate, pays))
  }

  async #inscribe(leaves: readonly Uint8Array[], feeRate: number | undefined, pays: Pays): Promise<JobView> {
    const id = jobId(this.#options.wallet, leaves, pays)
    const done = await this.#jobs.done(id)
    if (done !== null) return viewOfDone(done, await this.#options.client.getBlockCount(this.#call))
    const begun = await this.#jobs.get(id)
    if (begun !== null) return await this.#progress.advance(begun)
    await this.#warn(leaves)
    const since = await this.#options.client.getBlockCount(this.#call)
    const plan = await this.#plan(leaves, feeRate, pays)
    this.#options.onCost?.(plan.cost)
    const { fundFrom: nodeWallet } = this.#options
    const job: Job = { id, since, status: 'prepared', attempts: [attemptOf(plan)], children: {}, nodeWallet }
    await this.#jobs.put(job)
    await this.#payers.reserve(job)
    return await this.#progress.advance(job)
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
    await this.#progress.drop(job)
  }

  /** Replaces an unconfirmed commit, and with it the reveals, by one that pays more (BIP125). */
  async bump(id: string, feeRate: number): Promise<JobView> {
    return await this.#turns.take(() => this.#bump(id, feeRate))
  }

  async #bump(id: string, feeRate: number): Promise<JobView> {
    const { client } = this.#options
    requireArgument('Inscriber', 'a fee rate', feeRate, aFeeRate)
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
    const [leaves, pays] = [leavesOf(attempt), paysOf(attempt)]
    const commits = job.attempts.map(({ commit }) => commit.txid)
    const replaces = { coins: coinsOf(attempt), ...(await evicted(client, commits, this.#call)) }
    const plan = await this.#payers.plan({ leaves, pays, feeRate, nodeWallet: job.nodeWallet, replaces })
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
    return await this.#progress.advance(bumped)
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

  async #plan(
    leaves: readonly Uint8Array[],
    feeRate: number | undefined,
    pays: Pays,
    assumeCoin = false,
  ): Promise<Plan> {
    const { client, wallet } = this.#options
    const rate = feeRate ?? (await estimateFeeRate(client, wallet.params.weakPow, this.#call))
    this.#checkCap(rate)
    const nodeWallet = this.#options.fundFrom
    const plan = await this.#payers.plan({ leaves, pays, feeRate: rate, nodeWallet, assumeCoin })
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
    requireArgument('Inscriber', 'a fee rate', feeRate, aFeeRate)
    const { maxFeeRate = MAX_FEE_RATE } = this.#options
    if (feeRate <= maxFeeRate) return
    const found = `${feeRate.toFixed(1)} sat/vB is above the cap of ${maxFeeRate}.`
    throw settlementError('E_FEE_CAP', found, { cure: { act: 'raise-fee-cap' } })
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
