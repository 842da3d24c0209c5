import type { BlockHash } from '../../../src/bitcoin/index.ts'
import type { BitcoindClient } from '../../../src/bitcoin/io/index.ts'
import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, delay, Emitter, type Events, isInterrupt, throwIfAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { composeInscription } from '../../../src/settlement/index.ts'
import type { Cost, InscriberService, Wallet } from '../../../src/settlement/io/index.ts'
import { storageError } from '../../errors.ts'
import { priceAt, type StorageParams } from '../../params.ts'
import { offerKind } from '../../peers/offer-kind.ts'
import { BURN_SCRIPT } from '../../records/burn.ts'
import { blobDraft } from '../../records/drafts.ts'
import type { TableService } from '../table-service.ts'
import type { EncodedContent, ReadyBlob } from './encode-content.ts'
import { Offers } from './offers.ts'
import { envelopesOf, type PutJob, readJob, writeJob } from './put-job.ts'

/** Inscriptions that have one commit: all are relayed together. */
const BATCH = 24
/** The price is that of the dearest of so many blocks to come. */
const PRICE_BLOCKS = 144
/** How long providers are waited for before anything is paid. */
const MEET_MS = 15_000
const LOOK_EVERY_MS = 1_000

export interface PutComponents {
  /** Started, as all of these. */
  readonly table: TableService
  readonly inscriber: InscriberService
  readonly client: BitcoindClient
  readonly transport: PeerTransport
  readonly wallet: Wallet
  readonly kernel: StorageKernel
  readonly params: StorageParams
  /** Folder of the blobs and of the signed records. */
  readonly folder: string
}

export interface PutOptions {
  readonly feeRate?: number | undefined
  /** Providers of the owner's choice; any that are met unless given. */
  readonly providers?: readonly PeerName[] | undefined
  /** Providers that must have each blob before it is done; 1 unless given. */
  readonly copies?: number | undefined
  /** Blocks, with that of each record, before it is done; 1 unless given. */
  readonly confirmations?: number | undefined
  readonly signal: AbortSignal
}

/** What content costs, beside the time until its records are in blocks. */
export interface PutCost {
  /** Of the records that are not in the table yet, a commit each 24. */
  readonly inscribing: readonly Cost[]
  /** Satoshis: a price a chunk, which nobody can spend any more. */
  readonly burn: bigint
}

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
}

export interface PutEvents {
  readonly cost: PutCost
  readonly progress: PutProgress
}

/**
 * Brings content to the table and to providers. Providers are asked first whether they would keep it, so that nothing is
 * paid for that nobody takes; they come for it once its records count. Done again after any interruption, it goes on.
 */
export class PutService {
  readonly #components: PutComponents
  readonly #events = new Emitter<PutEvents>()

  constructor(components: PutComponents) {
    this.#components = components
  }

  get events(): Events<PutEvents> {
    return this.#events
  }

  /** What it would cost; nothing is kept or sent. */
  async quote(content: EncodedContent, feeRate?: number): Promise<PutCost> {
    const job = (await readJob(this.#components.folder, content.id)) ?? (await this.#sign(content))
    return await this.#cost(job, feeRate)
  }

  /** Throws E_NO_PROVIDER where nobody would keep a blob that is to be paid for. */
  async put(content: EncodedContent, options: PutOptions): Promise<void> {
    const { table, kernel, transport, folder } = this.#components
    const { signal, providers } = options
    const offers = new Offers({ transport, kernel, content, providers })
    const close = await offers.serve()
    try {
      await this.#meet(providers, signal)
      let job = await readJob(folder, content.id)
      if (job === null) {
        for (const blob of content.blobs) {
          if (table.table.blobs.entry(blob.id) === null) await this.#requireTaker(offers, blob, signal)
        }
        job = await this.#sign(content)
        this.#events.emit('cost', await this.#cost(job, options.feeRate))
        await writeJob(folder, content.id, job)
      }
      for (const batch of job.batches) {
        throwIfAborted(signal)
        await this.#components.inscriber.inscribe(envelopesOf(batch), options.feeRate, paysOf(batch))
      }
      await this.#watch(content, offers, options)
    } finally {
      await close()
    }
  }

  /** Records of the blobs that are not in the table: those that are have been paid for. */
  async #sign({ blobs }: EncodedContent): Promise<PutJob> {
    const { table, wallet, client, params } = this.#components
    const { hash, height } = await client.getBestBlock()
    const lacking = blobs.filter(({ id }) => table.table.blobs.entry(id) === null)
    const price = dearest(params, height)
    const records = lacking.map(({ id, blob }) => {
      const envelope = bytesToHex(envelopeOf(blob, { height, hash }, wallet))
      return { id, envelope, burn: (price * BigInt(blob.shape.chunks)).toString() }
    })
    const batches = Array.from({ length: Math.ceil(records.length / BATCH) }, (_, i) => {
      return records.slice(i * BATCH, (i + 1) * BATCH)
    })
    return { format: 1, batches }
  }

  async #cost({ batches }: PutJob, feeRate?: number): Promise<PutCost> {
    const inscribing: Cost[] = []
    for (const batch of batches) {
      inscribing.push(await this.#components.inscriber.quote(envelopesOf(batch), feeRate, paysOf(batch)))
    }
    const burn = batches.flat().reduce((total, { burn }) => total + BigInt(burn), 0n)
    return { inscribing, burn }
  }

  /** Waits until somebody, or all that were named, can be asked. */
  async #meet(providers: readonly PeerName[] | undefined, signal: AbortSignal): Promise<void> {
    const { transport } = this.#components
    const isMet = () => {
      const there = transport.peers(offerKind)
      return providers === undefined ? there.length > 0 : providers.every((peer) => there.includes(peer))
    }
    const met = new AbortController()
    const off = transport.meet(offerKind, () => {
      if (isMet()) met.abort()
    })
    try {
      if (!isMet()) await delay(MEET_MS, AbortSignal.any([signal, met.signal]))
    } catch (error) {
      if (!met.signal.aborted || signal.aborted || !isInterrupt(error, met.signal)) throw error
    } finally {
      off()
    }
  }

  async #requireTaker(offers: Offers, blob: ReadyBlob, signal: AbortSignal): Promise<void> {
    const { takers, refusals } = await offers.offer(blob, signal)
    if (takers.size > 0) return
    const why = refusals.length === 0 ? 'no provider is there' : refusals.slice(0, 3).join('; ')
    throw storageError('E_NO_PROVIDER', `nobody would keep it, so that nothing was paid: ${why}`, {
      cure: { act: 'other-provider' },
    })
  }

  /** Until it is in the table and at providers. A record that a reorg removes is sent again by the inscriber. */
  async #watch(content: EncodedContent, offers: Offers, options: PutOptions): Promise<void> {
    const { copies = 1, signal } = options
    for (;;) {
      let [counted, stored, heldChunks] = [0, 0, 0]
      for (const blob of content.blobs) {
        if (this.#isCounted(blob.id, options.confirmations ?? 1)) counted++
        const { takers } = await offers.offer(blob, signal)
        const answers = [...takers.values()]
        if (answers.filter(({ state }) => state === 'whole').length >= copies) stored++
        heldChunks += Math.max(0, ...answers.map(({ held }) => held))
      }
      const { length } = content.blobs
      this.#events.emit('progress', { blobs: length, counted, stored, heldChunks, chunks: content.chunks })
      if (counted === length && stored === length) return
      await delay(LOOK_EVERY_MS, signal)
    }
  }

  #isCounted(id: string, confirmations: number): boolean {
    const { table, tip } = this.#components.table
    const entry = table.blobs.entry(id)
    return entry !== null && tip !== null && tip.height - entry.height + 1 >= confirmations
  }
}

function paysOf(batch: PutJob['batches'][number]) {
  return batch.map(({ burn }) => (BigInt(burn) === 0n ? [] : [{ script: BURN_SCRIPT, value: BigInt(burn) }]))
}

function dearest(params: StorageParams, height: number): bigint {
  const ahead = params.price.filter(({ from }) => from > height && from <= height + PRICE_BLOCKS)
  return [priceAt(params, height), ...ahead.map(({ satoshis }) => satoshis)].reduce((a, b) => (a > b ? a : b))
}

function envelopeOf(
  blob: ReadyBlob['blob'],
  at: { readonly height: number; readonly hash: BlockHash },
  wallet: Wallet,
) {
  const made = composeInscription(blobDraft(blob, { height: at.height, blockHash: at.hash, seq: 1 }), wallet)
  if (!made.ok) throw new RangeError(`a record that is none: ${made.reject}: ${made.detail}`)
  return made.envelope
}
