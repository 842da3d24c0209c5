import { type BlockHash, sameHash } from '../../../src/bitcoin/index.ts'
import {
  asError,
  bytesToHex,
  Emitter,
  type Events,
  hexToBytes,
  isInterrupt,
  orAborted,
  Running,
  type RunningService,
} from '../../../src/lib/index.ts'
import type { EncodedUnits } from '../../replica/encoded-units.ts'
import { type WinGround, winStatement } from '../../sampling/judge-win.ts'
import { winId } from '../../sampling/win-id.ts'
import type { WinStatement } from '../../sampling/win-statement.ts'
import { TryThread } from './try-thread.ts'
import type { WinWatch } from './win-watch.ts'
import { type TryCount, type WonTry, winningTries } from './winning-tries.ts'

/** A try that wins, with all that its proof is about. */
export interface WonStatement {
  readonly statement: WinStatement
  readonly height: number
  readonly partition: number
  readonly won: WonTry
}

/** What became of a try that wins. */
export type Told =
  /** Peers were told of it in time. */
  | 'told'
  /** It was too late for peers, and is inscribed. */
  | 'inscribed'
  /** It was proved too late for anybody. */
  | 'late'
  /** Its block left the chain while it was proved. */
  | 'left-chain'
  /** It could not be proved: others may win. */
  | 'no-proof'

export interface SamplerComponents {
  readonly watch: Pick<WinWatch, 'events' | 'ground' | 'settled'>
  readonly units: Pick<EncodedUnits, 'encodedUnit'>
  /** The provider's key, 64 hex digits. */
  readonly key: string
  /** That are kept encoded. */
  readonly partitions: readonly number[]
  /** A block's tries are over once so many have come after it. */
  readonly openBlocks: number
  /** Whether a win of this id (`winId`) was told of: before a restart, perhaps. */
  isWon(id: string): boolean
  /** Proves a win and tells of it. */
  won(win: WonStatement, signal: AbortSignal): Promise<Told>
}

/** How the tries of one partition at one block ended. */
export type TriesEnd =
  | ({ readonly state: 'none' } & TryCount)
  | ({ readonly state: 'won'; readonly number: number; readonly how: 'told' | 'inscribed' } & TryCount)
  /** It was won and told before this was started. */
  | { readonly state: 'won-before' }
  /** They were not answered before it was too late for the block. */
  | { readonly state: 'late' }
  /** One won, and was not proved before that. */
  | { readonly state: 'proved-late'; readonly number: number }
  /** The block left the chain meanwhile. */
  | { readonly state: 'left-chain' }
  /** There was nothing in the partition. */
  | { readonly state: 'empty' }
  | { readonly state: 'failed'; readonly error: Error }

export interface SamplerEvents {
  /** Once for each partition and block at which the key counts. */
  readonly sampled: { readonly height: number; readonly partition: number; readonly end: TriesEnd }
}

interface Task {
  readonly height: number
  readonly hash: BlockHash
  readonly partition: number
  readonly over: AbortController
  /** Why it is over. */
  reason: 'late' | 'left-chain' | null
  /** The try that wins, while it is proved. */
  proving: number | null
}

/** Tries to win in each partition at each block, of the newest one first, until it is too late for the block. */
export class Sampler implements RunningService {
  readonly #components: SamplerComponents
  readonly #events = new Emitter<SamplerEvents>()
  readonly #running = new Running()
  readonly #tasks: Task[] = []
  /** Blocks whose tries have begun, and that are not long over. */
  readonly #begun = new Map<number, BlockHash>()
  #current: Task | null = null
  #thread: TryThread | null = null
  /** Of the last tip that was looked at. */
  #height: number | null = null
  #wake = Promise.withResolvers<void>()

  constructor(components: SamplerComponents) {
    this.#components = components
  }

  get events(): Events<SamplerEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin((ending) => this.#run(ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const off = this.#components.watch.events.on('tip', () => this.#look())
    try {
      this.#look()
      for (;;) {
        const task = this.#next()
        if (task === null) {
          await orAborted(this.#wake.promise, signal)
          continue
        }
        this.#current = task
        this.#ended(task, await this.#work(task, signal))
        this.#current = null
      }
    } finally {
      off()
      await this.#thread?.close()
    }
  }

  #next(): Task | null {
    const newest = this.#tasks.reduce<Task | null>(
      (best, one) => (best === null || one.height > best.height ? one : best),
      null,
    )
    if (newest !== null) this.#tasks.splice(this.#tasks.indexOf(newest), 1)
    return newest
  }

  #ended({ height, partition }: Task, end: TriesEnd): void {
    this.#events.emit('sampled', { height, partition, end })
  }

  /** What a new tip asks for, and what it is too late for. */
  #look(): void {
    const ground = this.#components.watch.ground()
    // The tip of which that is then is told, too.
    if (ground === null) return
    const { openBlocks } = this.#components
    for (const task of [...this.#tasks, ...(this.#current === null ? [] : [this.#current])]) {
      task.reason ??= overBy(ground, task, openBlocks)
      if (task.reason !== null) task.over.abort()
    }
    const over = this.#tasks.filter(({ reason }) => reason !== null)
    this.#tasks.splice(0, this.#tasks.length, ...this.#tasks.filter(({ reason }) => reason === null))
    for (const task of over) this.#ended(task, { state: task.reason as 'late' | 'left-chain' })
    for (const height of this.#begun.keys()) if (height <= ground.height - openBlocks) this.#begun.delete(height)
    const first = ground.height - openBlocks + 1
    // Of several blocks that come together it is too late for the first.
    for (let height = (this.#height ?? ground.height) + 1; height < first; height++) this.#begin(ground, height, 'late')
    for (let height = Math.max(0, first); height <= ground.height; height++) this.#begin(ground, height)
    this.#height = ground.height
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  #begin(ground: WinGround, height: number, over: 'late' | null = null): void {
    const { key, partitions } = this.#components
    const hash = ground.hashAt(height)
    const begun = this.#begun.get(height)
    if (hash === null || (begun !== undefined && sameHash(begun, hash))) return
    if (!ground.table.providers.counts(key, height)) return
    this.#begun.set(height, hash)
    for (const partition of partitions) {
      const task = { height, hash, partition, over: new AbortController(), reason: over, proving: null }
      if (over === null) this.#tasks.push(task)
      else this.#ended(task, { state: over })
    }
  }

  /** Never throws but for the signal's sake. */
  async #work(task: Task, signal: AbortSignal): Promise<TriesEnd> {
    const either = AbortSignal.any([signal, task.over.signal])
    try {
      return await this.#try(task, either)
    } catch (error) {
      if (isInterrupt(error, signal)) throw error
      if (task.reason !== null && isInterrupt(error, either)) return overAs(task.reason, task.proving)
      // A thread that failed answers nothing any more.
      const thread = this.#thread
      this.#thread = null
      await thread?.close()
      return { state: 'failed', error: asError(error) }
    }
  }

  async #try(task: Task, signal: AbortSignal): Promise<TriesEnd> {
    const { height, hash, partition } = task
    const { watch, units, key, won, isWon } = this.#components
    const ground = await watch.settled(signal)
    const found = winStatement(ground, { key: hexToBytes(key), height, blockHash: hash, partition, number: 0 })
    if (!found.ok) return { state: found.reject === 'empty-partition' ? 'empty' : 'left-chain' }
    const { statement } = found
    const { challenge, threshold } = statement
    const id = winId(challenge.networkHash, { key: hexToBytes(key), partition, blockHash: hash })
    if (isWon(bytesToHex(id))) return { state: 'won-before' }
    this.#thread ??= new TryThread()
    const tries = winningTries(
      { thread: this.#thread, units, blobs: ground.table.blobs, key, threshold },
      { challenge, height },
      signal,
    )
    for (;;) {
      const next = await tries.next()
      if (next.done === true) return { state: 'none', ...next.value }
      const { number, missed } = next.value
      task.proving = number
      const how = await won({ statement: { ...statement, number }, height, partition, won: next.value }, signal)
      if (how === 'late' || how === 'left-chain') return overAs(how, number)
      task.proving = null
      if (how === 'no-proof') continue
      // One win a block counts.
      return { state: 'won', number, how, tries: number + 1, missed }
    }
  }
}

function overBy(
  ground: WinGround & { readonly height: number },
  { height, hash }: Task,
  openBlocks: number,
): 'late' | 'left-chain' | null {
  const now = ground.hashAt(height)
  if (now === null || !sameHash(now, hash)) return 'left-chain'
  return ground.height >= height + openBlocks ? 'late' : null
}

function overAs(reason: 'late' | 'left-chain', proving: number | null): TriesEnd {
  return reason === 'late' && proving !== null ? { state: 'proved-late', number: proving } : { state: reason }
}
