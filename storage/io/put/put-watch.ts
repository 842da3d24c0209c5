import type { PeerName } from '../../../src/bus/index.ts'
import { Emitter, type Events, orAborted, throwIfAborted, WscError } from '../../../src/lib/index.ts'
import type { InscriberService, JobView } from '../../../src/settlement/io/index.ts'
import { storageError } from '../../errors.ts'
import type { StorageParams } from '../../params.ts'
import type { TableService } from '../table-service.ts'
import type { EncodedContent } from './encode-content.ts'
import type { Offered, Offers } from './offers.ts'
import { placedBlobs } from './placed-blobs.ts'
import type { PutBatch } from './put-job.ts'
import { type Fetched, Stillness } from './stillness.ts'

/** How far a put is. */
export interface PutProgress {
  readonly blobs: number
  /** In the table, as deep as was asked for. */
  readonly counted: number
  /** At as many providers as was asked for. */
  readonly stored: number
  /** Chunks of the provider that has most of each blob. */
  readonly heldChunks: number
  readonly chunks: number
  /** Why providers do not take what too few of them take. */
  readonly refusals: readonly string[]
}

/** What is watched, and when it is done. */
export interface WatchComponents {
  readonly table: Pick<TableService, 'table' | 'tip' | 'whyNot'>
  readonly params: StorageParams
  readonly content: Pick<EncodedContent, 'blobs' | 'chunks'>
  readonly offers: Pick<Offers, 'offer'>
  /** Providers that must have each blob; blocks that each record must have. */
  readonly copies: number
  readonly confirmations: number
  readonly timing: WatchTiming
}

export interface WatchTiming {
  readonly lookMs: number
  /** So many looks in a row nobody may be there who would keep a blob that is paid for: partitions and providers change. */
  readonly patience: number
  /** So many looks in a row one that is fetching may have no more than before; then it is waited for no longer. */
  readonly stillLooks: number
}

/** A batch that is being inscribed, with its job as it was told last. */
interface Inscribing {
  readonly batch: PutBatch
  view: JobView
}

/** What a put tells on its way. */
export interface WatchEvents {
  readonly progress: PutProgress
  /** How a job of this put stands; the inscriber tells of all that are under way. */
  readonly job: JobView
}

/** Sees a put to its end, or to the rule that it will never come to one. */
export class PutWatch {
  readonly #components: WatchComponents
  readonly #events = new Emitter<WatchEvents>()
  readonly #inscribing: Inscribing[] = []
  readonly #failed = new AbortController()
  readonly #off: (() => void)[]
  readonly #still: Stillness
  /** Looks in a row without anybody for a blob. */
  readonly #alone = new Map<string, number>()
  /** The tip at which records were looked for in vain. */
  #asked: string | null = null

  constructor(components: WatchComponents, { events }: Pick<InscriberService, 'events'>) {
    this.#components = components
    this.#still = new Stillness(components.timing.stillLooks)
    this.#off = [
      events.on('job', (view) => {
        for (const one of this.#inscribing) {
          if (one.view.id !== view.id) continue
          one.view = view
          this.#events.emit('job', view)
        }
      }),
      events.on('problem', (error) => {
        const isOurs = this.#inscribing.some(({ view }) => view.id === error.cure?.subject)
        if (error.code === 'E_CONFLICT' && isOurs) this.#failed.abort(error)
      }),
    ]
  }

  get events(): Events<WatchEvents> {
    return this.#events
  }

  end(): void {
    for (const off of this.#off) off()
  }

  inscribed(batch: PutBatch, view: JobView): void {
    this.#inscribing.push({ batch, view })
    this.#events.emit('job', view)
  }

  /** Whether a commit waits for its block: its change pays for nothing until then. */
  get waitsForBlock(): boolean {
    return this.#inscribing.some(({ view }) =>
      view.inscriptions.some(({ confirmations }) => (confirmations ?? 0) === 0),
    )
  }

  /**
   * Until all is in the table and at providers. Throws E_NOT_COUNTED where a record is in the chain and does not count,
   * E_CONFLICT where its coins went elsewhere, E_NO_PROVIDER where nobody keeps what is paid for.
   */
  async done(signal: AbortSignal): Promise<void> {
    const { timing, content } = this.#components
    const either = AbortSignal.any([signal, this.#failed.signal])
    for (;;) {
      const { counted, stored } = await this.#look(either)
      if (counted === content.blobs.length && stored === content.blobs.length) return
      await this.#pause(timing.lookMs, either)
    }
  }

  async #look(signal: AbortSignal): Promise<PutProgress> {
    const { table, params, content, offers, copies } = this.#components
    let [counted, stored, heldChunks] = [0, 0, 0]
    const refusals = new Set<string>()
    const fetched = new Map<PeerName, Fetched>()
    for (const placed of placedBlobs(table.table.blobs, content.blobs, params)) {
      this.#throwFailure(signal)
      const { id } = placed.ready
      if (this.#isCounted(id)) counted++
      const enough = { of: 'holders', count: copies } as const
      const offered = this.#moving(await offers.offer(placed, { enough }, signal), fetched)
      const answers = [...offered.takers.values()]
      const isStored = answers.filter(({ state }) => state === 'whole').length >= copies
      if (isStored) stored++
      // That others do not take it matters where too few do.
      else if (answers.length < copies) for (const why of offered.refusals) refusals.add(why)
      heldChunks += Math.max(0, ...answers.map(({ held }) => held))
      if (!isStored) this.#requireTakers(id, offered)
    }
    this.#still.look(fetched)
    await this.#requireCounting(signal)
    const { length } = content.blobs
    const progress = { blobs: length, counted, stored, heldChunks, chunks: content.chunks, refusals: [...refusals] }
    this.#events.emit('progress', progress)
    return progress
  }

  /** Without those that are fetching and get no further; notes what each has of a blob that counts. */
  #moving(offered: Offered, fetched: Map<PeerName, Fetched>): Offered {
    const { table } = this.#components
    if (table.table.blobs.entry(offered.id) === null) return offered
    const takers = new Map(offered.takers)
    const refusals = [...offered.refusals]
    for (const [peer, { state, held }] of offered.takers) {
      const before = fetched.get(peer) ?? { chunks: 0, isBehind: false }
      const isWhole = state === 'whole'
      // To have shown all of a blob is progress too.
      fetched.set(peer, { chunks: before.chunks + held + Number(isWhole), isBehind: before.isBehind || !isWhole })
      if (isWhole || !this.#still.isStill(peer)) continue
      takers.delete(peer)
      refusals.push(`${peer}: has ${held} chunks of blob ${offered.id}, and for long gets no further`)
    }
    return { ...offered, takers, refusals }
  }

  /** Once for each tip: of records that are in the chain, those that are not in the table. */
  async #requireCounting(signal: AbortSignal): Promise<void> {
    const { table } = this.#components
    const tip = table.tip
    const at = tip === null ? null : `${tip.height}:${this.#inscribing.map(({ view }) => view.commitTxid).join()}`
    if (at === null || at === this.#asked) return
    for (const { batch, view } of this.#inscribing) {
      for (const [i, { id }] of batch.entries()) {
        const inscription = view.inscriptions[i]?.id
        if (inscription === undefined || table.table.blobs.entry(id) !== null) continue
        const fault = await table.whyNot(inscription, signal)
        if (fault === null) continue
        const found = `the record ${inscription} of blob ${id} does not count: ${fault.reject}: ${fault.detail}`
        throw storageError('E_NOT_COUNTED', found, { cure: { act: 'put-anew' } })
      }
    }
    this.#asked = at
  }

  /** Throws E_NO_PROVIDER once all that are there have said for some time that they do not keep what is paid for. */
  #requireTakers(id: string, { takers, refusals, isOpen }: Offered): void {
    const { copies, table, timing } = this.#components
    // Where nobody refuses, somebody may come back who does not either.
    const isRefused = takers.size < copies && !isOpen && refusals.length > 0
    const isAlone = isRefused && table.table.blobs.entry(id) !== null
    const looks = isAlone ? (this.#alone.get(id) ?? 0) + 1 : 0
    this.#alone.set(id, looks)
    if (looks <= timing.patience) return
    const why = refusals.slice(0, 3).join('; ')
    const found = `blob ${id} is paid for, and ${takers.size} of ${copies} providers keep it: ${why}`
    throw storageError('E_NO_PROVIDER', found, { cure: { act: 'other-provider' } })
  }

  #isCounted(id: string): boolean {
    const { confirmations, table } = this.#components
    const entry = table.table.blobs.entry(id)
    return entry !== null && table.tip !== null && table.tip.height - entry.height + 1 >= confirmations
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    try {
      await orAborted(
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, milliseconds)
        }),
        signal,
      )
    } catch (error) {
      this.#throwFailure(signal)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #throwFailure(signal: AbortSignal): void {
    const { reason } = this.#failed.signal
    if (reason instanceof WscError) throw reason
    throwIfAborted(signal)
  }
}
