import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BitcoindClient } from '../../../src/bitcoin/io/index.ts'
import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { aborted, Deadline, Emitter, type Events, throwIfAborted, WscError } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import type { InscriberService, JobView, Wallet } from '../../../src/settlement/io/index.ts'
import { storageError } from '../../errors.ts'
import type { StorageParams } from '../../params.ts'
import { offerKind } from '../../peers/offer-kind.ts'
import type { TableService } from '../table-service.ts'
import type { EncodedContent } from './encode-content.ts'
import { Offers } from './offers.ts'
import { type PlacedBlob, placedBlobs } from './placed-blobs.ts'
import { envelopesOf, type PutBatch, type PutJob, paysOf, readJob, setJobAside, writeJob } from './put-job.ts'
import { costOf, type PutCost, signRecords } from './put-records.ts'
import { PutWatch, type WatchEvents, type WatchTiming } from './put-watch.ts'
import { type Tip, tipFor } from './tips.ts'

export interface PutTiming extends WatchTiming {
  /** How long providers are waited for before anything is paid. */
  readonly meetMs: number
}

const TIMING: PutTiming = { meetMs: 15_000, lookMs: 1_000, patience: 60, stillLooks: 600 }

export interface PutComponents {
  /** Started, as all of these. */
  readonly table: TableService
  readonly inscriber: InscriberService
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly transport: PeerTransport
  readonly wallet: Wallet
  readonly kernel: StorageKernel
  readonly params: StorageParams
  /** Folder of the blobs and of the signed records. */
  readonly folder: string
  readonly timing?: PutTiming | undefined
}

/** A provider of the owner's choice. */
export interface ChosenProvider {
  readonly name: PeerName
  /** Its Ed25519 key, 64 hex digits. */
  readonly key: string
}

export interface PutOptions {
  /** Satoshis a virtual byte; what was begun at a lower rate, and waits, is bumped. */
  readonly feeRate?: number | undefined
  /** Providers of the owner's choice; any that are met unless given. */
  readonly providers?: readonly ChosenProvider[] | undefined
  /** Satoshis that the record of each blob pays to each of them. What was begun keeps its tips. */
  readonly tip?: bigint | undefined
  /** Providers that must have each blob before it is done; unless given all that were chosen, or 1. */
  readonly copies?: number | undefined
  /** Blocks, with that of each record, before it is done; 1 unless given. */
  readonly confirmations?: number | undefined
  readonly signal: AbortSignal
}

export interface PutEvents extends WatchEvents {
  /** Of new records, before anything is paid. */
  readonly cost: PutCost
  /** More is to be paid than confirmed coins have; it goes on with the next block, which confirms change. */
  readonly waits: WscError
}

/**
 * Brings content to the table and to providers. Providers are asked first whether they would keep it, so that nothing is
 * paid for that nobody takes; they come for it once its records count. Done again after any interruption, it goes on.
 */
export class PutService {
  readonly #components: PutComponents
  readonly #timing: PutTiming
  readonly #events = new Emitter<PutEvents>()

  constructor(components: PutComponents) {
    this.#components = components
    this.#timing = components.timing ?? TIMING
  }

  get events(): Events<PutEvents> {
    return this.#events
  }

  /** What it would cost; nothing is kept or sent. Throws E_NO_TIP. */
  async quote(content: EncodedContent, options: Pick<PutOptions, 'feeRate' | 'providers' | 'tip'>): Promise<PutCost> {
    const begun = await readJob(this.#components.folder, content.id)
    const job = begun ?? (await signRecords(this.#components, content, this.#tips(options)))
    return await costOf(this.#components, { ...job, batches: this.#lacking(job) }, options.feeRate)
  }

  /** Those that are in the table whole are paid for, by whoever. */
  #lacking({ batches }: PutJob): PutBatch[] {
    const { blobs } = this.#components.table.table
    return batches.filter((batch) => batch.some(({ id }) => blobs.entry(id) === null))
  }

  /**
   * Throws E_NO_PROVIDER where too few would keep a blob, before anything is paid, or keep it after that; E_NO_TIP;
   * E_NOT_COUNTED where a record is in the chain and does not count; what the inscriber throws.
   */
  async put(content: EncodedContent, options: PutOptions): Promise<void> {
    const { kernel, transport, folder, inscriber, table, params } = this.#components
    const { signal, confirmations = 1 } = options
    const providers = options.providers?.map(({ name }) => name)
    const copies = options.copies ?? providers?.length ?? 1
    const offers = new Offers({ transport, kernel, content, providers })
    const close = await offers.serve()
    const watch = new PutWatch(
      { table, params, content, offers, copies, confirmations, timing: this.#timing },
      inscriber,
    )
    watch.events.on('progress', (progress) => this.#events.emit('progress', progress))
    watch.events.on('job', (job) => this.#events.emit('job', job))
    try {
      const job = (await readJob(folder, content.id)) ?? (await this.#begin(content, offers, copies, options))
      for (const batch of job.batches) await this.#inscribe(batch, watch, options)
      await this.#watched(watch, content.id, signal)
    } finally {
      watch.end()
      await close()
    }
    // They are at providers, and made again from the content.
    await rm(join(folder, content.id), { recursive: true, force: true })
  }

  /** Of records that do not count the job is set aside, so that the next put signs others. */
  async #watched(watch: PutWatch, id: string, signal: AbortSignal): Promise<void> {
    try {
      await watch.done(signal)
    } catch (error) {
      if (!(error instanceof WscError) || error.code !== 'E_NOT_COUNTED') throw error
      try {
        await setJobAside(this.#components.folder, id)
      } catch (cause) {
        // Nothing would be signed anew: that cure is not told.
        throw storageError('E_NOT_COUNTED', `${error.message}; and ${(cause as Error).message}`, { cause })
      }
      throw error
    }
  }

  async #begin(content: EncodedContent, offers: Offers, copies: number, options: PutOptions): Promise<PutJob> {
    const { table, folder, params } = this.#components
    const late = new Deadline(this.#timing.meetMs)
    try {
      for (const placed of placedBlobs(table.table.blobs, content.blobs, params)) {
        if (table.table.blobs.entry(placed.ready.id) !== null) continue
        await this.#requireTakers(offers, placed, copies, late.signal, options.signal)
      }
    } finally {
      late.clear()
    }
    const job = await signRecords(this.#components, content, this.#tips(options))
    this.#events.emit('cost', await costOf(this.#components, job, options.feeRate))
    await writeJob(folder, content.id, job)
    return job
  }

  #tips({ tip, providers = [] }: Pick<PutOptions, 'tip' | 'providers'>): Tip[] {
    const { table } = this.#components
    if (tip === undefined) return []
    return providers.map((provider) => tipFor(table.table, provider, tip, table.tip?.height ?? 0))
  }

  /** One whose blobs are all in the table is paid for, by whoever; the inscriber looks after what it has begun of it. */
  async #inscribe(batch: PutBatch, watch: PutWatch, options: PutOptions): Promise<void> {
    const { table, inscriber } = this.#components
    const { feeRate, signal } = options
    for (;;) {
      throwIfAborted(signal)
      if (batch.every(({ id }) => table.table.blobs.entry(id) !== null)) return
      try {
        const view = await inscriber.inscribe(envelopesOf(batch), feeRate, paysOf(batch))
        watch.inscribed(batch, await this.#bumped(view, feeRate))
        return
      } catch (error) {
        if (!(error instanceof WscError) || error.code !== 'E_FUNDS' || !watch.waitsForBlock) throw error
        this.#events.emit('waits', error)
        await this.#nextTip(signal)
      }
    }
  }

  /** What was begun at a lower rate than is paid now, and waits. */
  async #bumped(view: JobView, feeRate: number | undefined): Promise<JobView> {
    const { inscriber } = this.#components
    const waits = view.inscriptions.some(({ confirmations }) => (confirmations ?? 0) === 0)
    if (feeRate === undefined || feeRate <= view.feeRate || view.status === 'final' || !waits) return view
    try {
      return await inscriber.bump(view.id, feeRate)
    } catch (error) {
      // The commit is in a block already.
      if (!(error instanceof WscError) || error.cure?.act !== 'accelerate-job') throw error
      return await inscriber.accelerate(view.id, feeRate)
    }
  }

  async #nextTip(signal: AbortSignal): Promise<void> {
    const next = Promise.withResolvers<void>()
    const off = this.#components.table.events.on('tip', () => next.resolve())
    const stop = () => next.resolve()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await next.promise
    } finally {
      signal.removeEventListener('abort', stop)
      off()
    }
  }

  /** Throws E_NO_PROVIDER where too few would keep it, those included that are met until `late`. */
  async #requireTakers(offers: Offers, blob: PlacedBlob, copies: number, late: AbortSignal, signal: AbortSignal) {
    const waitMs = offerKind.questionMs + offerKind.answerMs
    for (;;) {
      const newcomer = this.#newcomer(late, signal)
      const { takers, refusals } = await offers.offer(blob, { enough: { of: 'takers', count: copies }, waitMs }, signal)
      if (takers.size >= copies) return
      if (await newcomer) continue
      throwIfAborted(signal)
      const isNobody = takers.size === 0 && refusals.length === 0
      const who = isNobody ? 'no provider was named or found' : `${takers.size} of ${copies} providers would keep it`
      const why = refusals.length === 0 ? '' : `: ${refusals.slice(0, 3).join('; ')}`
      const found = `${who}, so that nothing was paid${why}`
      throw storageError('E_NO_PROVIDER', found, { cure: { act: 'other-provider' } })
    }
  }

  /** Whether somebody is met before it is too late. */
  async #newcomer(late: AbortSignal, signal: AbortSignal): Promise<boolean> {
    const { transport } = this.#components
    const met = Promise.withResolvers<boolean>()
    const off = transport.meet(offerKind, () => met.resolve(true))
    try {
      return await Promise.race([met.promise, aborted(AbortSignal.any([late, signal])).then(() => false)])
    } finally {
      off()
    }
  }
}
