import { type BlockHash, fromDisplay, toDisplay } from '../../src/bitcoin/index.ts'
import { type BitcoindClient, isTransient, type Tip } from '../../src/bitcoin/io/index.ts'
import {
  bytesToHex,
  Emitter,
  type Events,
  orAborted,
  type Rejection,
  Running,
  type RunningService,
  rejection,
  retry,
  throwIfAborted,
} from '../../src/lib/index.ts'
import { whenRoom } from '../../src/lib/io/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { fetchBlock, type IndexService } from '../../src/settlement/io/index.ts'
import type { StorageParams } from '../params.ts'
import { isTableKind, TABLE_KINDS } from '../records/bodies.ts'
import { recordsOf, type StorageReject } from '../records/judge.ts'
import type { PlacingReject } from '../table/blobs.ts'
import { StorageTable } from '../table/table.ts'
import { type SavedBlock, TableStore } from './table-store.ts'

/** What a table is kept from, and where. */
export interface TableComponents {
  /** Tells which blocks hold records; started, and by whoever made it. */
  readonly inscriptions: IndexService
  /** Gives those blocks; of the same node. */
  readonly client: BitcoindClient
  readonly params: StorageParams
  readonly kernel: StorageKernel
  /** Folder of storage's state. */
  readonly state: string
  /** Where the disk is full, that is told (`full`), and it goes on as soon as there is room. It ends unless given. */
  readonly waitsForRoom?: boolean | undefined
}

/** What keeping a table tells. */
export interface TableEvents {
  /** Everything up to this tip is in. */
  readonly tip: Tip & {
    /** The table's root as of it, 64 hex digits. */
    readonly root: string
  }
  /** The node did not give a block; it is asked again. */
  readonly unreachable: { readonly error: unknown }
  /** The disk has no room for what was found. */
  readonly full: { readonly error: unknown }
}

/** Why a record that is in the chain does not count. */
export type RecordFault = StorageReject | PlacingReject | 'no-record'

const PAUSES = { firstMs: 250, mostMs: 5_000 }

/**
 * Keeps the table of storage in step with an index of inscriptions: through reorgs, and from where it was left.
 *
 * Blocks are compared with the index's from the last one down: one that is there still vouches for all before it. What
 * comes after it is fetched and judged anew, for the index keeps neither bodies nor payments.
 */
export class TableService implements RunningService {
  readonly #components: TableComponents
  readonly #events = new Emitter<TableEvents>()
  readonly #running = new Running()
  readonly #caughtUp = Promise.withResolvers<void>()
  #table: StorageTable
  /** What the table was made of, in order. */
  #blocks: SavedBlock[] = []
  /** So many of them were looked at after they had been taken in. */
  #looked = 0
  #tip: Tip | null = null
  #isSettled = false

  constructor(components: TableComponents) {
    this.#components = components
    this.#table = new StorageTable(components.kernel, components.params)
    // Told to those who wait; that nobody does is no error.
    this.#caughtUp.promise.catch(() => undefined)
  }

  get events(): Events<TableEvents> {
    return this.#events
  }

  /** As of `tip`. */
  get table(): StorageTable {
    return this.#table
  }

  /** The block up to which everything is in; null before the first. */
  get tip(): Tip | null {
    return this.#tip
  }

  /** Whether the table is as of `tip` right now; it is not while blocks are taken in and out. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Throws E_LOCKED, E_STORE or E_PARTITION_BITS where the store cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const { state, params } = this.#components
    const work = async (store: TableStore, either: AbortSignal) => {
      try {
        await this.#follow(store, either)
      } catch (error) {
        this.#caughtUp.reject(error)
        throw error
      } finally {
        await store.close()
      }
    }
    await this.#running.openAndBegin(() => TableStore.open(state, params), work, signal)
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

  /**
   * Why the blob that an inscription (ord's id) is to publish is not in the table, though the inscription is in the chain;
   * null where it is in the table, or the inscription in no block that was looked at.
   */
  async whyNot(inscription: string, signal?: AbortSignal): Promise<Rejection<RecordFault> | null> {
    const { client, inscriptions, kernel, params } = this.#components
    const entry = await inscriptions.index.get(inscription)
    if (entry === null || this.#tip === null || entry.height > this.#tip.height) return null
    const { height, blockHash } = entry
    const block = await fetchBlock(client, { params: params.network, height, hash: fromDisplay(blockHash) }, signal)
    const found = [...recordsOf(kernel, params, block, height)].find(({ txid }) => `${txid}i0` === inscription)
    if (found === undefined) return rejection('no-record', entry.recordReject ?? 'it is none of storage')
    if (!found.judged.ok) return found.judged
    const { says } = found.judged
    // The chain may have moved while the block was fetched.
    if (says.kind !== 'blob' || this.#table.blobs.entry(says.id) !== null || !this.#holds(height, blockHash))
      return null
    return rejection('table-full', 'it has no place left')
  }

  #holds(height: number, hash: string): boolean {
    return this.#blocks.some((block) => block.height === height && block.hash === hash)
  }

  async #follow(store: TableStore, signal: AbortSignal): Promise<void> {
    const { inscriptions } = this.#components
    for (const block of await store.blocks()) this.#take(block)
    let news = Promise.withResolvers<void>()
    const off = inscriptions.events.on('tip', () => news.resolve())
    const ended = inscriptions.ended()
    // Heard by the race; where that is over before, by nobody.
    ended.catch(() => undefined)
    try {
      await orAborted(inscriptions.caughtUp(), signal)
      for (;;) {
        news = Promise.withResolvers<void>()
        await this.#reconcile(store, signal)
        this.#caughtUp.resolve()
        await orAborted(Promise.race([news.promise, ended.then(() => news.promise)]), signal)
      }
    } finally {
      off()
    }
  }

  /** Until the index stood still meanwhile. */
  async #reconcile(store: TableStore, signal: AbortSignal): Promise<void> {
    const { index } = this.#components.inscriptions
    for (;;) {
      throwIfAborted(signal)
      const { tip } = index
      if (tip === null) return
      this.#isSettled = false
      await this.#dropStale(store, signal)
      await this.#takeNew(store, signal)
      if (index.tip?.height !== tip.height || toDisplay(index.tip.hash) !== toDisplay(tip.hash)) continue
      this.#tip = tip
      this.#isSettled = true
      this.#events.emit('tip', { ...tip, root: bytesToHex(this.#table.blobs.rootAt(tip.height)) })
      return
    }
  }

  /** Blocks taken in while the index moved may be of two branches: those are looked at one by one, once more. */
  async #dropStale(store: TableStore, signal: AbortSignal): Promise<void> {
    for (let i = this.#looked; i < this.#blocks.length; i++) {
      if (await this.#isThere(this.#blocks[i] as SavedBlock)) continue
      while (this.#blocks.length > i) await this.#dropLast(store, signal)
      break
    }
    for (let last = this.#blocks.at(-1); last !== undefined; last = this.#blocks.at(-1)) {
      if (await this.#isThere(last)) break
      await this.#dropLast(store, signal)
    }
    this.#looked = this.#blocks.length
  }

  /** On the disk first: after a crash the block is dropped again, or taken in again. */
  async #dropLast(store: TableStore, signal: AbortSignal): Promise<void> {
    const last = this.#blocks.at(-1) as SavedBlock
    await this.#written(() => store.remove(last.height), signal)
    this.#blocks.pop()
    this.#table.undo()
  }

  async #written(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.#components.waitsForRoom !== true) return await work()
    await whenRoom(work, { signal, onFull: (error) => this.#events.emit('full', { error }) })
  }

  async #isThere({ height, hash }: SavedBlock): Promise<boolean> {
    const { index } = this.#components.inscriptions
    for await (const { blockHash } of index.query({ from: height, to: height })) return blockHash === hash
    return false
  }

  async #takeNew(store: TableStore, signal: AbortSignal): Promise<void> {
    for (const [height, hash] of await this.#newBlocks()) {
      const block = { height, hash: toDisplay(hash), records: await this.#recordsIn(height, hash, signal) }
      await this.#written(() => store.put(block), signal)
      this.#take(block)
    }
  }

  /** Blocks with records above the last one that is in, the lowest first. */
  async #newBlocks(): Promise<[number, BlockHash][]> {
    const { index } = this.#components.inscriptions
    const from = (this.#blocks.at(-1)?.height ?? -1) + 1
    const found = new Map<number, BlockHash>()
    for (const kind of TABLE_KINDS) {
      for await (const { height, blockHash, record } of index.query({ kind, from })) {
        if (record !== null && isTableKind(record.kind)) found.set(height, fromDisplay(blockHash))
      }
    }
    return [...found].sort(([a], [b]) => a - b)
  }

  async #recordsIn(height: number, hash: BlockHash, signal: AbortSignal): Promise<SavedBlock['records']> {
    const { client, params, kernel } = this.#components
    const place = { params: params.network, height, hash }
    const onPause = (error: unknown) => this.#events.emit('unreachable', { error })
    const block = await retry(() => fetchBlock(client, place, signal), { ...PAUSES, isTransient, onPause, signal })
    const found = [...recordsOf(kernel, params, block, height)]
    return found.flatMap(({ judged }) => (judged.ok ? [judged.says] : []))
  }

  #take(block: SavedBlock): void {
    this.#table.apply(block.height, block.records)
    this.#blocks.push(block)
  }
}
