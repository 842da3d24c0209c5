import { hexToBytes } from '@noble/hashes/utils.js'
import { Transaction } from 'bitcoinjs-lib'

import type { NodeClient } from '../../bitcoin/node/index.ts'
import { SettlementError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { buildChild } from './child.ts'
import { type Attempt, attemptOf, coinsOf, type Job, JobStore, jobId } from './job.ts'
import { locate, type Whereabouts } from './locate.ts'
import { confirmationsOf, estimateFeeRate, mineDirectly, rejectReason, send, walletCoins } from './node-calls.ts'
import { type Cost, makePlan, type Plan, sameCoin } from './plan.ts'
import { type Coin, feeFor, leafScript } from './transactions.ts'

/** Core: policy/policy.h, DEFAULT_INCREMENTAL_RELAY_FEE: what a replacement pays on top, satoshis a virtual byte. */
const INCREMENTAL_RELAY = 1

export interface InscriberOptions {
  readonly wallet: Wallet
  readonly client: NodeClient
  readonly store: Store
  /** Confirmations after which an inscription needs no more care; 6 unless given. */
  readonly finality?: number | undefined
  /** Most that is paid, satoshis a virtual byte; 200 unless given. */
  readonly maxFeeRate?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told before anything is sent. */
  readonly onCost?: ((cost: Cost) => void) | undefined
  /** What an operator should know: blocks mined directly, replacements. */
  readonly onNote?: ((note: string) => void) | undefined
}

export interface JobView {
  readonly id: string
  readonly status: Job['status']
  /** Display order. */
  readonly commitTxid: string
  readonly feeRate: number
  /** Satoshis: fees of commit and reveals. */
  readonly fees: bigint
  readonly inscriptions: readonly {
    /** ord's id. */
    readonly id: string
    /** 0 in the mempool, null where the node does not have it. */
    readonly confirmations: number | null
  }[]
}

/**
 * Commits and reveals. Both are built, signed and on disk before anything is sent, and what is on disk is sent again
 * until it is final: a crash at any moment loses nothing, and inscribes nothing twice.
 */
export class Inscriber {
  readonly #options: InscriberOptions
  readonly #jobs: JobStore

  constructor(options: InscriberOptions) {
    this.#options = options
    this.#jobs = new JobStore(options.store)
  }

  /** What inscribing would cost; nothing is kept or sent. */
  async quote(envelopes: readonly Uint8Array[], feeRate?: number): Promise<Cost> {
    return (await this.#plan(this.#leaves(envelopes), feeRate)).cost
  }

  /** Inscribes these, one commit for all; what was begun before is gone on with. */
  async inscribe(envelopes: readonly Uint8Array[], feeRate?: number): Promise<JobView> {
    const leaves = this.#leaves(envelopes)
    const id = jobId(this.#options.wallet, leaves)
    const begun = await this.#jobs.get(id)
    if (begun !== null) return await this.#advance(begun)
    const since = await this.#options.client.getBlockCount(this.#call)
    const plan = await this.#plan(leaves, feeRate)
    this.#options.onCost?.(plan.cost)
    const job: Job = { id, since, status: 'prepared', attempts: [attemptOf(plan)], children: {} }
    await this.#jobs.put(job)
    return await this.#advance(job)
  }

  /** Sends again whatever is not final yet, and tells how it stands. */
  async resume(): Promise<JobView[]> {
    const views: JobView[] = []
    for (const job of await this.#jobs.list()) {
      if (job.status !== 'final') views.push(await this.#advance(job))
    }
    return views
  }

  async list(): Promise<JobView[]> {
    const views: JobView[] = []
    for (const job of await this.#jobs.list()) {
      views.push(this.#view(job, await locate(this.#options.client, job, this.#call)))
    }
    return views
  }

  /** Replaces an unconfirmed commit, and with it the reveals, by one that pays more (BIP125). */
  async bump(id: string, feeRate: number): Promise<JobView> {
    const { client, wallet } = this.#options
    const job = await this.#job(id)
    const { attempt, commit } = await locate(client, job, this.#call)
    if (commit !== null && commit > 0) {
      throw new SettlementError('E_JOB', 'the commit is confirmed: what waits is a reveal, which a child can pay for')
    }
    if (feeRate <= attempt.feeRate) {
      throw new SettlementError(
        'E_JOB',
        `the commit pays ${attempt.feeRate} sat/vB already: a replacement must pay more`,
      )
    }
    this.#checkCap(feeRate)
    const leaves = attempt.reveals.map(({ hex }) => Transaction.fromHex(hex).ins[0]!.witness[1]!)
    const vsize = [attempt.commit, ...attempt.reveals].reduce(
      (n, { hex }) => n + Transaction.fromHex(hex).virtualSize(),
      0,
    )
    const leastFee = BigInt(attempt.fees) + feeFor(vsize, INCREMENTAL_RELAY)
    const available = await this.#freeCoins()
    const plan = makePlan({ wallet, leaves, feeRate, required: coinsOf(attempt), available, leastFee })
    this.#options.onCost?.(plan.cost)
    // Reveals of a commit that is not there yet cannot be judged beside the ones it replaces; the first ones were.
    const reason = await rejectReason(client, [plan.commit.toHex()], this.#call)
    if (reason !== null) throw new SettlementError('E_POLICY', `the node refuses the replacement: ${reason}`)
    const bumped = { ...job, attempts: [...job.attempts, attemptOf(plan)] }
    await this.#jobs.put(bumped)
    return await this.#advance(bumped)
  }

  /** Has a child of each waiting reveal pay for it and its commit (CPFP). */
  async accelerate(id: string, feeRate: number): Promise<JobView> {
    const { client, wallet } = this.#options
    this.#checkCap(feeRate)
    let job = await this.#job(id)
    const { attempt, commit, reveals } = await locate(client, job, this.#call)
    for (const [i, reveal] of attempt.reveals.entries()) {
      if (reveals[i] !== 0 || job.children[reveal.txid] !== undefined) continue
      const commitValues = coinsOf(attempt).map(({ value }) => value)
      const available = await this.#freeCoins()
      const commitWaits = commit === 0
      const child = buildChild({
        wallet,
        commit: attempt.commit,
        reveal,
        commitWaits,
        commitValues,
        available,
        feeRate,
      })
      const reason = await rejectReason(client, [child.toHex()], this.#call)
      if (reason !== null) throw new SettlementError('E_POLICY', `the node refuses the child: ${reason}`)
      job = { ...job, children: { ...job.children, [reveal.txid]: { txid: child.getId(), hex: child.toHex() } } }
      await this.#jobs.put(job)
      await send(client, child.toHex(), this.#call)
    }
    return this.#view(job, await locate(client, job, this.#call))
  }

  async #advance(job: Job): Promise<JobView> {
    const { client, finality = 6 } = this.#options
    let where = await locate(client, job, this.#call)
    if (where.conflict) throw conflict(job)
    let current = job
    if (where.commit === null || where.reveals.some((one) => one === null)) {
      current = await this.#dispatch(job, where)
      where = await locate(client, current, this.#call)
    }
    for (const [i, { txid }] of where.attempt.reveals.entries()) {
      const child = current.children[txid]
      if (
        child !== undefined &&
        where.reveals[i] === 0 &&
        (await confirmationsOf(client, child.txid, 0, this.#call)) === null
      ) {
        await send(client, child.hex, this.#call)
      }
    }
    if (current.status !== 'final' && where.reveals.every((one) => one !== null && one >= finality)) {
      current = { ...current, status: 'final' }
      await this.#jobs.put(current)
    }
    return this.#view(current, where)
  }

  /** Sends what the node does not have; the whole is tested before its first part goes out. */
  async #dispatch(job: Job, { attempt, commit, reveals }: Whereabouts): Promise<Job> {
    const { client, wallet, onNote } = this.#options
    const missing = attempt.reveals.filter((_, i) => reveals[i] === null)
    const before = commit === null ? [attempt.commit.hex] : []
    const replaces = commit === null && job.attempts.length > 1
    try {
      if (commit === null) await this.#require(job, before)
      let refused: string | null = null
      for (const { hex } of replaces ? [] : missing) {
        refused ??= await rejectReason(client, [...before, hex], this.#call)
      }
      const sent: Job = { ...job, status: 'sent' }
      if (refused !== null) {
        if (wallet.params.name !== 'regtest') throw refusal(refused)
        onNote?.(`the node's policy refuses the reveal (${refused}); on regtest it is mined directly by generateblock`)
        await this.#jobs.put(sent)
        const unconfirmed = commit === null || commit === 0 ? [attempt.commit.hex] : []
        await mineDirectly(client, [...unconfirmed, ...missing.map(({ hex }) => hex)], this.#call)
        return sent
      }
      await this.#jobs.put(sent)
      for (const hex of [...before, ...missing.map((one) => one.hex)]) await send(client, hex, this.#call)
      return sent
    } catch (error) {
      // Nothing of it ever left this machine: its coins are free again.
      if (error instanceof SettlementError && job.status === 'prepared') await this.#jobs.remove(job)
      throw error
    }
  }

  async #require(job: Job, hex: readonly string[]): Promise<void> {
    const reason = await rejectReason(this.#options.client, hex, this.#call)
    if (reason === null) return
    if (reason === 'missing-inputs' || reason.startsWith('bad-txns-inputs')) throw conflict(job)
    throw refusal(reason)
  }

  async #plan(leaves: readonly Uint8Array[], feeRate?: number): Promise<Plan> {
    const { client, wallet } = this.#options
    const rate = feeRate ?? (await estimateFeeRate(client, wallet.params.weakPow, this.#call))
    this.#checkCap(rate)
    return makePlan({ wallet, leaves, feeRate: rate, available: await this.#freeCoins() })
  }

  #checkCap(feeRate: number): void {
    const { maxFeeRate = 200 } = this.#options
    if (feeRate <= maxFeeRate) return
    const cure = 'Wait for lower fees, or raise the cap by --max-fee-rate.'
    throw new SettlementError('E_FEE_CAP', `${feeRate.toFixed(1)} sat/vB is above the cap of ${maxFeeRate}. ${cure}`)
  }

  /** Coins that no unfinished job has a claim on. */
  async #freeCoins(): Promise<Coin[]> {
    const { client, wallet } = this.#options
    const jobs = (await this.#jobs.list()).filter(({ status }) => status !== 'final')
    const claimed = jobs.flatMap(({ attempts, children }) => [
      ...attempts.flatMap(coinsOf),
      ...Object.values(children).flatMap(({ hex }) => inputsOf(hex)),
    ])
    const { spendable } = await walletCoins(client, wallet, this.#call)
    return spendable.filter((coin) => !claimed.some((other) => sameCoin(coin, other)))
  }

  #leaves(envelopes: readonly Uint8Array[]): Uint8Array[] {
    return envelopes.map((envelope) => leafScript(this.#options.wallet, envelope))
  }

  async #job(id: string): Promise<Job> {
    const job = await this.#jobs.get(id)
    if (job === null) throw new SettlementError('E_JOB', `there is no job ${id}: \`wsc inscribe resume\` lists them`)
    return job
  }

  get #call(): { readonly signal: AbortSignal | undefined } {
    return { signal: this.#options.signal }
  }

  #view(
    job: Job,
    { attempt, reveals }: { readonly attempt: Attempt; readonly reveals: Whereabouts['reveals'] },
  ): JobView {
    return {
      id: job.id,
      status: job.status,
      commitTxid: attempt.commit.txid,
      feeRate: attempt.feeRate,
      fees: BigInt(attempt.fees),
      inscriptions: attempt.reveals.map(({ txid }, i) => ({ id: `${txid}i0`, confirmations: reveals[i] ?? null })),
    }
  }
}

function inputsOf(hex: string): Coin[] {
  return Transaction.fromBuffer(hexToBytes(hex)).ins.map(({ hash, index }) => ({ txid: hash, vout: index, value: 0n }))
}

function conflict(job: Job): SettlementError {
  const coins = job.attempts.at(-1)?.coins.map(({ txid, vout }) => `${txid}:${vout}`)
  return new SettlementError(
    'E_CONFLICT',
    `something else spent ${coins?.join(', ')}, the coins of this inscription: it cannot be made with them any more`,
  )
}

function refusal(reason: string): SettlementError {
  return new SettlementError('E_POLICY', `the node refuses to relay it: ${reason}; nothing was sent`)
}
