import type { Transaction } from 'bitcoinjs-lib'
import type { TransactionOutput } from '../../../bitcoin/index.ts'
import type { ChainFeed } from '../../../bitcoin/io/index.ts'
import { aborted, Emitter, type Events, Running, type RunningService, type WscError } from '../../../lib/index.ts'
import { isSettlementError } from '../../errors.ts'
import { indexFolder, jobsFolder } from '../places.ts'
import { openStore, type Store } from '../store.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { Inscriber } from './inscriber.ts'
import type { InscriberOptions, SupersededRecord } from './inscriber-options.ts'
import type { JobView } from './job-view.ts'
import { knownOnDisk } from './known-on-disk.ts'
import type { InscriberNote } from './notes.ts'
import type { Cost, Pays } from './plan.ts'
import type { RecordLine, RecordStanding } from './record-standing.ts'
import type { KnownSequences, RecordWarning } from './record-warnings.ts'
import type { TicketCoin } from './transactions.ts'

/** Who pays for inscriptions, and where the jobs are kept. */
export interface InscriberComponents
  extends Pick<
    InscriberOptions,
    'wallet' | 'client' | 'fundFrom' | 'finality' | 'maxFeeRate' | 'allowInscribed' | 'assumeCoin'
  > {
  /** Folder of settlement's state (`settlementPlaces`). */
  readonly state: string
  /** With it, whatever is not final is sent again at every tip of the chain; started, and of the same node. */
  readonly feed?: ChainFeed | undefined
  /** An index in this process; what lies in the folder unless given. */
  readonly index?: KnownSequences | undefined
}

/** What inscribing tells. */
export interface InscriberEvents {
  /** Of a new job's records, before anything is paid or sent. */
  readonly warning: RecordWarning
  /** Before anything is sent. */
  readonly cost: Cost
  readonly note: InscriberNote
  /** How a job stands, after it was looked at. */
  readonly job: JobView
  /** The records of a job that was dropped, since another inscription with its ticket is final. */
  readonly superseded: readonly SupersededRecord[]
  /** What stands in the way of a job at a tip; it is tried again at the next. */
  readonly problem: WscError
}

/**
 * Inscribes, with its jobs on disk from `start` to `stop`, and looks after them as the chain grows.
 *
 * @example
 * const inscriber = new InscriberService({ client, wallet, feed, state: settlementPlaces(home, signet).state })
 * inscriber.events.on('job', ({ id, status }) => console.log(id, status))
 * await inscriber.start(signal)
 * const { inscriptions } = await inscriber.inscribe([envelope])
 * await inscriber.stop()
 */
export class InscriberService implements RunningService {
  readonly #components: InscriberComponents
  readonly #events = new Emitter<InscriberEvents>()
  readonly #running = new Running()
  #inscriber: Inscriber | null = null

  constructor(components: InscriberComponents) {
    this.#components = components
  }

  get events(): Events<InscriberEvents> {
    return this.#events
  }

  /** Throws E_LOCKED or E_STORE where the jobs cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const { state, index, feed, ...options } = this.#components
    const open = () => openStore(jobsFolder(state), 'jobs')
    const work = async (store: Store, either: AbortSignal) => {
      const inscriber = new Inscriber({
        ...options,
        store,
        known: index ?? knownOnDisk(indexFolder(state), options.wallet.params),
        signal: either,
        onWarning: (warning) => this.#events.emit('warning', warning),
        onCost: (cost) => this.#events.emit('cost', cost),
        onNote: (note) => this.#events.emit('note', note),
        onSuperseded: (records) => this.#events.emit('superseded', records),
      })
      this.#inscriber = inscriber
      try {
        await (feed === undefined ? aborted(either) : this.#follow(feed, inscriber, either))
      } finally {
        this.#inscriber = null
        await inscriber.settled()
        await store.close()
      }
    }
    await this.#running.openAndBegin(open, work, signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  /** What inscribing these envelopes would cost; nothing is kept or sent. */
  async quote(envelopes: readonly Uint8Array[], feeRate?: number, pays?: Pays, ticket?: TicketCoin): Promise<Cost> {
    return await this.#started.quote(envelopes, feeRate, pays, ticket)
  }

  /** With one commit for all; what was begun before is gone on with. `pays`: what each reveal pays beside; `ticket`: spent by the commit, and made anew. */
  async inscribe(
    envelopes: readonly Uint8Array[],
    feeRate?: number,
    pays?: Pays,
    ticket?: TicketCoin,
  ): Promise<JobView> {
    return this.#told(await this.#started.inscribe(envelopes, feeRate, pays, ticket))
  }

  /** Sends again whatever is not final yet. What stands in the way of one job is thrown after the last. */
  async resume(): Promise<void> {
    for await (const view of this.#started.resume()) this.#told(view)
  }

  /** `ticket`: the key of that which its commit spends. */
  async bump(job: string, feeRate: number, ticket?: Wallet): Promise<JobView> {
    return this.#told(await this.#started.bump(job, feeRate, ticket))
  }

  /** Goes on with a job; null where there is none, or none any more. */
  async goOn(job: string): Promise<JobView | null> {
    const view = await this.#started.goOn(job)
    return view === null ? null : this.#told(view)
  }

  /** Id that a job of these envelopes has if it pays no other output. */
  jobOf(envelopes: readonly Uint8Array[]): string {
    return this.#started.jobOf(envelopes)
  }

  /** Whether a job is under way here, or was finished. */
  async knows(job: string): Promise<boolean> {
    return await this.#started.knows(job)
  }

  /** A signed transaction of the wallet file's free coins that pays these; nothing is kept or sent. Throws E_USAGE with `fundFrom`. */
  async pay(outputs: readonly TransactionOutput[], feeRate?: number): Promise<Transaction> {
    return await this.#started.pay(outputs, feeRate)
  }

  /** What is known of a line of records: in the chain, in the node's mempool, and on its way from here. */
  async standing(line: RecordLine): Promise<RecordStanding> {
    return await this.#started.standing(line)
  }

  async accelerate(job: string, feeRate: number): Promise<JobView> {
    return this.#told(await this.#started.accelerate(job, feeRate))
  }

  async forget(job: string): Promise<void> {
    await this.#started.forget(job)
  }

  #told(view: JobView): JobView {
    this.#events.emit('job', view)
    return view
  }

  async #follow(feed: ChainFeed, inscriber: Inscriber, signal: AbortSignal): Promise<void> {
    for await (const event of feed.subscribe({ signal })) {
      if (event.type !== 'tip') continue
      try {
        for await (const view of inscriber.resume()) this.#told(view)
      } catch (error) {
        if (!isSettlementError(error)) throw error
        this.#events.emit('problem', error)
      }
    }
  }

  get #started(): Inscriber {
    if (this.#inscriber === null) throw new Error('a service is started before it is asked')
    return this.#inscriber
  }
}
