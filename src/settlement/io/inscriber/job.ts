import { sha256 } from '@noble/hashes/sha2.js'
import { Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import { blockHash, fromDisplay, type NetworkParams, networkHash, toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, concatBytes } from '../../../lib/index.ts'
import { counts } from '../../record/sequence.ts'
import type { Store } from '../store.ts'
import { parseStored, requireOwner } from '../stored.ts'
import type { Wallet } from '../wallet/wallet.ts'
import type { Pays, Plan } from './plan.ts'
import { type KnownSequences, lineOfRecord, recordIn } from './record-warnings.ts'
import type { Coin, Output } from './transactions.ts'

const FORMAT = 1

const id = z.string().regex(/^[0-9a-f]{64}$/)
const hex = z.string().regex(/^([0-9a-f]{2})+$/)
const satoshis = z.string().regex(/^[0-9]{1,16}$/)
const transaction = z.strictObject({ txid: id, hex })

const coin = z.strictObject({ txid: id, vout: z.int().min(0).max(0xffff_ffff), value: satoshis })

/** Pays for reveals (CPFP). What has a default was not kept by the first version, whose children had one reveal. */
const childSchema = z.strictObject({
  txid: id,
  hex,
  /** Its output that the inscription goes on to. */
  vout: z.int().min(0).max(0xffff_ffff).default(0),
  /** Besides the outputs of reveals. */
  coins: z.array(coin).default([]),
  fee: satoshis.default('0'),
  /** For itself and those it pays for. */
  feeRate: z.number().min(0).default(0),
})

const attemptSchema = z.strictObject({
  feeRate: z.number().positive(),
  coins: z.array(coin).min(1),
  commit: transaction,
  reveals: z.array(transaction).min(1),
  /** Of commit and reveals together. */
  fees: satoshis,
})

const jobSchema = z.strictObject({
  id,
  /** Height of the tip when it was made: none of its transactions is in an older block, reorgs aside. */
  since: z.int().min(0),
  /** `prepared`: surely nothing was sent. `final` was kept by the first version: such jobs are looked at once more. */
  status: z.enum(['prepared', 'sent', 'final']).transform((status) => (status === 'prepared' ? status : 'sent')),
  /** A later one replaces the earlier: all spend the same coins, so that one alone can be confirmed. */
  attempts: z.array(attemptSchema).min(1),
  /** By the reveal's txid; one may have several reveals. */
  children: z.record(id, childSchema),
  /** The node's wallet that pays for the commit; absent where the wallet file does. */
  nodeWallet: z.string().optional(),
  /** The ticket that every attempt spends beside the coins that pay; one of `coins`. */
  ticket: coin.optional(),
})

const heightSchema = z.int().min(0).max(0xffff_ffff)

/** What is left of a job when every reveal is as deep as was asked for: the same command again tells it. */
const doneSchema = z.strictObject({
  id,
  commitTxid: id,
  feeRate: z.number().positive(),
  fees: satoshis,
  reveals: z.array(z.strictObject({ txid: id, height: heightSchema })).min(1),
})

export type DoneJob = z.output<typeof doneSchema>
export type Attempt = z.output<typeof attemptSchema>
export type Job = z.output<typeof jobSchema>

/**
 * The same content and payments for the same wallet and network are the same job: a command repeated goes on with it.
 * Where nothing is paid the id is what it was before reveals could pay.
 */
export function jobId(wallet: Wallet, leaves: readonly Uint8Array[], pays: Pays = []): string {
  const paid = pays.map((outputs) => concatBytes(...outputs.map(outputHash)))
  const payments = paid.some(({ length }) => length > 0) ? paid.map((bytes) => sha256(bytes)) : []
  return bytesToHex(sha256(concatBytes(networkHash(wallet.params), ...leaves.map((leaf) => sha256(leaf)), ...payments)))
}

function outputHash({ script, value }: Output): Uint8Array {
  return sha256(concatBytes(new TextEncoder().encode(`${value}:`), script))
}

export function attemptOf({ coins, commit, reveals, cost }: Plan): Attempt {
  const raw = (tx: Plan['commit']) => ({ txid: tx.getId(), hex: tx.toHex() })
  return {
    feeRate: cost.feeRate,
    coins: coins.map(rawCoin),
    commit: raw(commit),
    reveals: reveals.map(raw),
    fees: cost.fees.toString(),
  }
}

export function rawCoin({ txid, vout, value }: Coin): z.output<typeof coin> {
  return { txid: toDisplay(blockHash(txid)), vout, value: value.toString() }
}

export function coinsOf({ coins }: Pick<Attempt, 'coins'>): Coin[] {
  return coins.map(({ txid, vout, value }) => ({ txid: fromDisplay(txid), vout, value: BigInt(value) }))
}

/** Jobs of one network on disk; every write has reached it when the promise resolves. */
export class JobStore implements KnownSequences {
  readonly #store: Store
  readonly #params: NetworkParams
  #owned = false

  constructor(store: Store, params: NetworkParams) {
    this.#store = store
    this.#params = params
  }

  async get(jobId: string): Promise<Job | null> {
    const value = await (await this.#own()).get(`job:${jobId}`)
    return value === undefined ? null : parse(jobSchema, value)
  }

  async done(jobId: string): Promise<DoneJob | null> {
    const value = await (await this.#own()).get(`done:${jobId}`)
    return value === undefined ? null : parse(doneSchema, value)
  }

  /** In one write: the job goes, with its raw transactions. What its records have used of their lines stays known. */
  async finish(done: DoneJob, leaves: readonly Uint8Array[]): Promise<void> {
    const store = await this.#own()
    const puts = [{ type: 'put', key: `done:${done.id}`, value: done } as const]
    for (const [line, seq] of sequencesOf(leaves, this.#params)) {
      const before = await this.#finished(line)
      if (counts(seq, before)) puts.push({ type: 'put', key: `seq:${line}`, value: seq } as never)
    }
    await store.batch([{ type: 'del', key: `job:${done.id}` }, ...puts], { sync: true })
  }

  /** Greatest `seq` of a line that a job of this store has inscribed, or is inscribing. */
  async greatest(line: string): Promise<number | undefined> {
    const all = [await this.#finished(line)]
    for (const job of await this.list()) all.push(sequencesOf(leavesOf(job.attempts.at(-1)!), this.#params).get(line))
    const known = all.filter((seq) => seq !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  }

  async #finished(line: string): Promise<number | undefined> {
    const value = await (await this.#own()).get(`seq:${line}`)
    return value === undefined ? undefined : parse(z.int().min(0), value)
  }

  /**
   * Height at which a transaction was, or could be, of a job that is no longer in care: it was final, or was forgotten. Null where
   * none of these had it.
   */
  async letGo(txid: string): Promise<number | null> {
    const store = await this.#own()
    const forgotten = await store.get(`gone:${txid}`)
    if (forgotten !== undefined) return parse(heightSchema, forgotten)
    for await (const value of store.values({ gte: 'done:', lt: 'done;' })) {
      const { commitTxid, reveals } = parse(doneSchema, value)
      const own = commitTxid === txid ? reveals : reveals.filter((one) => one.txid === txid)
      // A commit is in no later block than the first of its reveals, and mostly in the same.
      if (own.length > 0) return Math.min(...own.map(({ height }) => height))
    }
    return null
  }

  /** In one write: the job goes, and what it may have made is known to be nobody's to send again. */
  async forget(job: Job): Promise<void> {
    const made = job.attempts.flatMap(({ commit, reveals }) => [commit.txid, ...reveals.map(({ txid }) => txid)])
    const children = Object.values(job.children).map(({ txid }) => txid)
    const puts = [...made, ...children].map((txid) => ({ type: 'put', key: `gone:${txid}`, value: job.since }) as const)
    await (await this.#own()).batch([{ type: 'del', key: `job:${job.id}` }, ...puts], { sync: true })
  }

  async put(job: Job): Promise<void> {
    await (await this.#own()).put(`job:${job.id}`, job, { sync: true })
  }

  async remove(job: Job): Promise<void> {
    await (await this.#own()).del(`job:${job.id}`, { sync: true })
  }

  async list(): Promise<Job[]> {
    const jobs: Job[] = []
    for await (const value of (await this.#own()).values({ gte: 'job:', lt: 'job;' }))
      jobs.push(parse(jobSchema, value))
    return jobs
  }

  /** Throws E_STORE where these are jobs of another network: what became of them, its nodes alone can tell. */
  async #own(): Promise<Store> {
    if (this.#owned) return this.#store
    await requireOwner(
      this.#store,
      FORMAT,
      this.#params,
      'what is being inscribed here is of another network or format',
    )
    this.#owned = true
    return this.#store
  }
}

/** The leaf scripts that reveals show. */
export function leavesOf({ reveals }: Attempt): Uint8Array[] {
  return reveals.map(({ hex }) => Transaction.fromHex(hex).ins[0]!.witness[1]!)
}

/** What reveals pay beside the outputs of their inscriptions, which come first. */
export function paysOf({ reveals }: Attempt): Pays {
  return reveals.map(({ hex }) => Transaction.fromHex(hex).outs.slice(1))
}

/** Greatest `seq` of each line among the records of these leaves. */
function sequencesOf(leaves: readonly Uint8Array[], params: NetworkParams): Map<string, number> {
  const greatest = new Map<string, number>()
  for (const leaf of leaves) {
    const record = recordIn(leaf, params)
    if (record === null) continue
    const line = lineOfRecord(record)
    if (counts(record.seq, greatest.get(line))) greatest.set(line, record.seq)
  }
  return greatest
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  return parseStored(schema, value, 'jobs', 'a saved job is damaged, and is left as it is')
}
