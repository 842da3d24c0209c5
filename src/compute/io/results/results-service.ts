import { sha256 } from '@noble/hashes/sha2.js'
import { type Block, type BlockHash, fromDisplay, type NetworkParams, toDisplay } from '../../../bitcoin/index.ts'
import {
  type BitcoindClient,
  type BlockEvent,
  type ChainFeed,
  isTransient,
  type Tip,
} from '../../../bitcoin/io/index.ts'
import {
  aborted,
  abortedError,
  bytesToHex,
  Emitter,
  type Events,
  errorCode,
  type Result,
  Running,
  type RunningService,
  retry,
  Turns,
  throwIfAborted,
} from '../../../lib/index.ts'
import { decodeRecord, scanBlock } from '../../../settlement/index.ts'
import { fetchBlock, type IndexService } from '../../../settlement/io/index.ts'
import { computeError } from '../../errors.ts'
import type { Cursor } from '../../results/cursor.ts'
import type { ResultBlock } from '../../results/entry.ts'
import type { Judgement, ResultJudge } from '../../results/judgement.ts'
import { type Counted, latestUpTo, risingResults } from '../../results/latest.ts'
import { RESULT_KIND, readResultRecord, type SignedRecord } from '../../results/result-record.ts'
import { type Place, type SinceOptions, since, type Told } from '../../results/since.ts'
import { type JudgedRecord, ResultsStore } from './results-store.ts'

export interface ResultsComponents {
  /** Of the node; started, and by whoever made it. */
  readonly feed: ChainFeed
  /** Tells which blocks hold records of results, so that the others need not be fetched; started, and by whoever made it. */
  readonly inscriptions: IndexService
  /** Gives blocks; of the same node. */
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly judge: ResultJudge
  /** Ids of the programs that the judge has, 64 hex digits each. */
  readonly programs: readonly string[]
  /** Folder of this index alone. */
  readonly folder: string
  /** The first block that is looked at, for an index that is made now. */
  readonly startHeight: number
  /** For one look: what comes after the first tip is not taken in. */
  readonly once?: boolean | undefined
}

/** What keeping results tells. */
export interface ResultsEvents {
  readonly connected: ResultBlock
  readonly disconnected: ResultBlock
  /** All the node has is in. */
  readonly tip: Tip
  /** A block could not be had; it is asked for again. */
  readonly unreachable: { readonly error: unknown }
}

const PAUSES = { firstMs: 250, mostMs: 5_000 }

/** Where the chain has moved away meanwhile, the feed is read anew; it may take a moment to see that. */
const MOVED_PAUSES = { firstMs: 50, mostMs: 2_000 }

/**
 * Keeps the results of a node's chain, verified: through reorgs of any depth, and from where it was left. In the chain's order the
 * first valid record of an identity counts, where the result's block is one of those before the record's.
 */
export class ResultsService implements RunningService {
  readonly #components: ResultsComponents
  readonly #events = new Emitter<ResultsEvents>()
  readonly #running = new Running()
  readonly #caughtUp = Promise.withResolvers<void>()
  #store: ResultsStore | null = null
  #isCaughtUp = false
  /** Readers see the chain as of one block. */
  readonly #turns = new Turns()

  constructor(components: ResultsComponents) {
    this.#components = components
    // Told to those who wait; that nobody does is no error.
    this.#caughtUp.promise.catch(() => undefined)
  }

  get events(): Events<ResultsEvents> {
    return this.#events
  }

  /** Throws E_LOCKED or E_STORE where the store cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const work = async (store: ResultsStore, either: AbortSignal) => {
      try {
        await this.#follow(store, either)
      } catch (error) {
        this.#caughtUp.reject(error)
        throw error
      } finally {
        // Where it was in, this changes nothing.
        this.#caughtUp.reject(abortedError())
        await this.#turns.take(() => store.close())
      }
    }
    await this.#running.openAndBegin(() => this.#openStore(signal), work, signal)
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

  /** Whether all that the node once had is in. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** What happened since a cursor, null for the beginning. */
  async since(cursor: Cursor | null, options: SinceOptions): Promise<Result<Told, 'unknown-cursor'>> {
    return await this.#turns.take(() => since(this.#open, cursor, options))
  }

  /** Blocks of the chain with records of results, in order, as of one tip. */
  async list(): Promise<{ readonly tip: Place; readonly blocks: readonly ResultBlock[] }> {
    return await this.#turns.take(async () => {
      const blocks: ResultBlock[] = []
      for (const height of await this.#open.heights(0)) blocks.push(await this.#open.at(height))
      return { tip: this.#open.tip, blocks }
    })
  }

  /** The last block whose results are in. */
  async tip(): Promise<Place> {
    return await this.#turns.take(async () => this.#open.tip)
  }

  /** ord's id of the record by which a result counts; null where none does. */
  async countedBy(identity: string): Promise<string | null> {
    return await this.#turns.take(() => this.#open.countedBy(identity))
  }

  /** The latest result of a program (64 hex digits) that counts up to a block. */
  async latest(program: string, to: Place): Promise<Result<{ readonly counted: Counted | null }, 'moving'>> {
    return await this.#turns.take(() => latestUpTo(this.#open, program, to))
  }

  /** The tip, and the results of a program that became the latest, of heights from `since` on, in their order. */
  async rising(program: string, since: number): Promise<{ readonly tip: Place; readonly counted: readonly Counted[] }> {
    return await this.#turns.take(async () => ({
      tip: this.#open.tip,
      counted: await risingResults(this.#open, program, since),
    }))
  }

  get #open(): ResultsStore {
    if (this.#store === null) throw new Error('a service is started before it is asked')
    return this.#store
  }

  async #openStore(signal: AbortSignal | undefined): Promise<ResultsStore> {
    const { folder, params, programs, startHeight, feed } = this.#components
    const hash = startHeight === 0 ? ZEROS : await feed.hashAt(startHeight - 1, signal)
    if (hash === null) {
      throw computeError('E_INPUT', `the index of results is to begin at block ${startHeight}, above the node’s tip`)
    }
    const base = { height: startHeight - 1, hash: toDisplay(hash) }
    this.#store = await ResultsStore.open(folder, { params, programs, base })
    return this.#store
  }

  async #follow(store: ResultsStore, signal: AbortSignal): Promise<void> {
    const { once, inscriptions } = this.#components
    // Without it every block would be fetched twice.
    await Promise.race([inscriptions.caughtUp(), aborted(signal)])
    const isMoved = (error: unknown) => errorCode(error) === 'E_MOVED'
    await retry(() => this.#take(store, signal), { ...MOVED_PAUSES, isTransient: isMoved, signal })
    // What was asked for once is read until it is let go.
    if (once === true) await aborted(signal)
  }

  async #take(store: ResultsStore, signal: AbortSignal): Promise<void> {
    const { feed, once } = this.#components
    const from = feedPlace(store.tip)
    const base = store.tip.height > store.base.height ? feedPlace(await store.at(store.base.height + 1)) : undefined
    for await (const event of feed.subscribe({ from, base, signal })) {
      switch (event.type) {
        case 'connected':
          this.#events.emit('connected', await this.#connect(store, event, signal))
          break
        case 'disconnected': {
          const previous = toDisplay(event.header.prevHash)
          this.#events.emit('disconnected', await this.#turns.take(() => store.disconnect(previous)))
          break
        }
        case 'tip':
          this.#isCaughtUp = true
          this.#events.emit('tip', { height: event.height, hash: event.hash })
          this.#caughtUp.resolve()
          if (once === true) return
      }
    }
    throwIfAborted(signal)
  }

  async #connect(
    store: ResultsStore,
    { height, hash, header }: BlockEvent & { readonly type: 'connected' },
    signal: AbortSignal,
  ): Promise<ResultBlock> {
    const onPause = (error: unknown) => this.#events.emit('unreachable', { error })
    const judged = () => this.#judged(store, height, hash, signal)
    const records = await retry(judged, { ...PAUSES, isTransient, onPause, signal })
    const block = { height, hash: toDisplay(hash), previous: toDisplay(header.prevHash) }
    return await this.#turns.take(() => store.connect(block, records))
  }

  /** The records of results in a block, judged in order. */
  async #judged(store: ResultsStore, height: number, hash: BlockHash, signal: AbortSignal): Promise<JudgedRecord[]> {
    if (await this.#hasNone(height, hash)) return []
    const { client, params } = this.#components
    const judged: JudgedRecord[] = []
    for (const found of resultRecords(await fetchBlock(client, { params, height, hash }, signal), params)) {
      const { id, record, body } = found
      const about = {
        id,
        author: bytesToHex(record.author),
        program: bytesToHex(record.program),
        height: record.height,
        blockHash: toDisplay(record.blockHash),
        bytes: body.length,
      }
      judged.push({ ...about, judgement: await this.#judge(store, height, found, signal) })
    }
    return judged
  }

  /** What the index of inscriptions says of this very block; without its word the block is looked at. */
  async #hasNone(height: number, hash: BlockHash): Promise<boolean> {
    const { index } = this.#components.inscriptions
    const isIn = async () => (await index.hashAt(height)) === toDisplay(hash)
    if (!(await isIn())) return false
    for await (const _ of index.query({ kind: RESULT_KIND, from: height, to: height, limit: 1 })) return false
    // It may have left meanwhile.
    return await isIn()
  }

  async #judge(store: ResultsStore, at: number, found: SignedRecord, signal: AbortSignal): Promise<Judgement> {
    const read = readResultRecord(found)
    if (!read.ok) return { state: 'invalid', reason: read.reject, detail: read.detail.slice(0, 300) }
    const { height, blockHash } = read.result
    const ancestor = height < at ? await this.#hashAt(store, height, signal) : null
    if (ancestor !== toDisplay(blockHash)) {
      const detail = `its block ${height} is none of those before block ${at}`
      return { state: 'invalid', reason: 'not-an-ancestor', detail }
    }
    const name = bytesToHex(sha256(found.body))
    const before = await store.verdict(name)
    if (before !== null) return before
    const judgement = await this.#components.judge.judge(read.result, signal)
    if (judgement.state !== 'unknown') await store.remember(name, judgement)
    return judgement
  }

  async #hashAt(store: ResultsStore, height: number, signal: AbortSignal): Promise<string | null> {
    if (height > store.base.height) return (await store.at(height)).hash
    if (height === store.base.height) return store.base.hash
    const hash = await this.#components.feed.hashAt(height, signal)
    return hash === null ? null : toDisplay(hash)
  }
}

const ZEROS = new Uint8Array(32) as BlockHash

/** As a feed takes it: before genesis there is no block. */
function feedPlace({ height, hash }: Place): Tip | undefined {
  return height < 0 ? undefined : { height, hash: fromDisplay(hash) }
}

/** Records of results in a block, in the order of ord's numbers. */
function* resultRecords(block: Block, params: NetworkParams): Generator<SignedRecord & { readonly id: string }, void> {
  for (const { txid, envelope } of scanBlock(block)) {
    const decoded = decodeRecord(envelope, params)
    if (decoded.ok && decoded.record.kind === RESULT_KIND) yield { ...decoded, id: `${txid}i${envelope.index}` }
  }
}
