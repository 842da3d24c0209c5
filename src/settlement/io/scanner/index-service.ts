import { fromDisplay, type NetworkParams } from '../../../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed, type Outage, type Tip } from '../../../bitcoin/io/index.ts'
import { aborted, abortedError, Emitter, type Events, Running, type RunningService } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import { firstInscriptionHeight } from '../../first-inscription.ts'
import { scanBlock } from '../../scan-block.ts'
import { indexFolder } from '../places.ts'
import { openStore, type Store } from '../store.ts'
import type { IndexEntry } from './entry.ts'
import { fetchBlock } from './fetch-block.ts'
import { type IndexChange, InscriptionIndex } from './inscription-index.ts'
import { scanChain } from './scan-chain.ts'

/** What an index is kept from, and where. */
export interface IndexComponents {
  /** Gives the blocks. */
  readonly client: BitcoindClient
  readonly params: NetworkParams
  /** Folder of settlement's state (`settlementPlaces`). */
  readonly state: string
  /** Of the same node, and started; one of its own unless given. */
  readonly feed?: ChainFeed | undefined
  /** Where a new index begins: at the first block that can hold an inscription unless given. */
  readonly startHeight?: number | undefined
  /** For one look: what comes after the first tip is not taken in, so that nothing moves under whoever reads. */
  readonly once?: boolean | undefined
  /** Where the disk is full, that is told (`full`), and it goes on as soon as there is room. It ends unless given. */
  readonly waitsForRoom?: boolean | undefined
}

/** What keeping an index tells. */
export interface IndexEvents {
  readonly connected: IndexChange
  readonly disconnected: IndexChange
  /** All the node has is in. */
  readonly tip: Tip
  readonly unreachable: Outage
  readonly recovered: Record<never, never>
  /** The disk has no room for what was found. */
  readonly full: { readonly error: unknown }
}

/**
 * Keeps an index of inscriptions in step with a node's chain.
 *
 * @example
 * const service = new IndexService({ client, params: signet, state: settlementPlaces(home, signet).state })
 * await service.start(signal)
 * await service.caughtUp()
 * for await (const { id } of service.index.query({ kind: 'result' })) console.log(id)
 * await service.stop()
 */
export class IndexService implements RunningService {
  readonly #components: IndexComponents
  readonly #events = new Emitter<IndexEvents>()
  readonly #running = new Running()
  readonly #caughtUp = Promise.withResolvers<void>()
  #index: InscriptionIndex | null = null

  constructor(components: IndexComponents) {
    this.#components = components
    // Told to those who wait; that nobody does is no error.
    this.#caughtUp.promise.catch(() => undefined)
  }

  get events(): Events<IndexEvents> {
    return this.#events
  }

  /** What is in so far. */
  get index(): InscriptionIndex {
    if (this.#index === null) throw new Error('a service is started before it is asked')
    return this.#index
  }

  /** Throws E_LOCKED or E_STORE where the index cannot be opened, E_USAGE where it has begun elsewhere. */
  async start(signal?: AbortSignal): Promise<void> {
    const work = async (store: Store, either: AbortSignal) => {
      try {
        await this.#follow(either)
      } catch (error) {
        this.#caughtUp.reject(error)
        throw error
      } finally {
        // Where it was in, this changes nothing.
        this.#caughtUp.reject(abortedError())
        await store.close()
      }
    }
    await this.#running.openAndBegin(() => this.#open(), work, signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  /** Resolves once all the node had is in; rejects with what ended the service before. */
  async caughtUp(): Promise<void> {
    await this.#caughtUp.promise
  }

  /** The body of an inscription of the index, out of its block; empty where it has none. */
  async body({ id, height, blockHash }: IndexEntry, signal?: AbortSignal): Promise<Uint8Array> {
    const { client, params } = this.#components
    const block = await fetchBlock(client, { params, height, hash: fromDisplay(blockHash) }, signal)
    const found = [...scanBlock(block)].find(({ txid, envelope }) => `${txid}i${envelope.index}` === id)
    return found?.envelope.body ?? new Uint8Array(0)
  }

  async #open(): Promise<Store> {
    const { params, state, startHeight } = this.#components
    const store = await openStore(indexFolder(state), 'index')
    try {
      const index = await InscriptionIndex.open(store, params)
      if (startHeight !== undefined && index.tip !== null && index.start !== startHeight) {
        const cure = { act: 'other-settlement-dir' }
        throw settlementError('E_USAGE', `this index begins at ${index.start}, and not at ${startHeight}`, { cure })
      }
      this.#index = index
      return store
    } catch (error) {
      await store.close()
      throw error
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { client, params, feed, once } = this.#components
    if (feed !== undefined) await this.#take(feed, signal)
    else await this.#followAlone(new ChainFeed({ client, params }), signal)
    // What was asked for once is read until it is let go.
    if (once === true) await aborted(signal)
  }

  async #followAlone(own: ChainFeed, signal: AbortSignal): Promise<void> {
    await own.start(signal)
    try {
      await this.#take(own, signal)
    } finally {
      await own.stop()
    }
  }

  async #take(feed: ChainFeed, signal: AbortSignal): Promise<void> {
    const { client, params, once, waitsForRoom, startHeight = firstInscriptionHeight(params) } = this.#components
    const onFull = waitsForRoom === true ? (error: unknown) => this.#events.emit('full', { error }) : undefined
    for await (const event of scanChain({ client, feed, index: this.index, signal, startHeight, onFull })) {
      switch (event.type) {
        case 'connected':
        case 'disconnected':
          this.#events.emit(event.type, event)
          break
        case 'tip':
          this.#events.emit('tip', event.tip)
          this.#caughtUp.resolve()
          if (once === true) return
          break
        case 'unreachable':
          this.#events.emit('unreachable', event)
          break
        case 'recovered':
          this.#events.emit('recovered', {})
      }
    }
  }
}
