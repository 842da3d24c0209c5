import type { BlockHash } from '../../../src/bitcoin/index.ts'
import { sameHash } from '../../../src/bitcoin/index.ts'
import {
  asError,
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
import { GOSSIP_BLOCKS, INSCRIBED_BLOCKS } from '../../sampling/ticks.ts'
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

export interface SamplerComponents {
  readonly watch: Pick<WinWatch, 'events' | 'ground'>
  readonly units: Pick<EncodedUnits, 'encodedUnit'>
  /** The provider's key, 64 hex digits. */
  readonly key: string
  /** That are kept encoded. */
  readonly partitions: readonly number[]
  /** Proves a win and tells of it; whether that could be done. */
  won(win: WonStatement, signal: AbortSignal): Promise<boolean>
}

/** How the tries of one partition at one block went. */
export interface Sampled extends TryCount {
  readonly height: number
  readonly partition: number
  readonly won: boolean
}

export interface SamplerEvents {
  readonly sampled: Sampled
  /** Not all tries were answered in time. */
  readonly late: { readonly height: number; readonly partition: number }
  readonly failed: Error
}

interface Task {
  readonly height: number
  readonly hash: BlockHash
  readonly partition: number
  readonly over: AbortController
}

/** Tries to win in each partition at each block, one after another, until it is too late for the block. */
export class Sampler implements RunningService {
  readonly #components: SamplerComponents
  readonly #events = new Emitter<SamplerEvents>()
  readonly #running = new Running()
  readonly #tasks: Task[] = []
  /** Blocks whose tries have begun, and that are not long over. */
  readonly #begun = new Map<number, BlockHash>()
  #current: Task | null = null
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
    const thread = new TryThread()
    const off = this.#components.watch.events.on('tip', () => this.#look())
    try {
      this.#look()
      for (;;) {
        const task = this.#tasks.shift()
        if (task === undefined) {
          await orAborted(this.#wake.promise, signal)
          continue
        }
        this.#current = task
        await this.#work(thread, task, signal)
        this.#current = null
      }
    } finally {
      off()
      await thread.close()
    }
  }

  /** What a new tip asks for, and what it is too late for. */
  #look(): void {
    const ground = this.#components.watch.ground()
    if (ground === null) return
    for (const task of [...this.#tasks, ...(this.#current === null ? [] : [this.#current])]) {
      if (isOver(ground, task)) task.over.abort()
    }
    const open = this.#tasks.filter(({ over }) => !over.signal.aborted)
    this.#tasks.splice(0, this.#tasks.length, ...open)
    for (const height of this.#begun.keys()) if (height < ground.height - INSCRIBED_BLOCKS) this.#begun.delete(height)
    for (let height = ground.height - GOSSIP_BLOCKS + 1; height <= ground.height; height++) this.#begin(ground, height)
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  #begin(ground: WinGround, height: number): void {
    const { key, partitions } = this.#components
    const hash = ground.hashAt(height)
    const begun = this.#begun.get(height)
    if (hash === null || (begun !== undefined && sameHash(begun, hash))) return
    if (!ground.table.providers.counts(key, height)) return
    this.#begun.set(height, hash)
    for (const partition of partitions) this.#tasks.push({ height, hash, partition, over: new AbortController() })
  }

  /** Never throws but for the signal's sake. */
  async #work(thread: TryThread, task: Task, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, task.over.signal])
    try {
      await this.#try(thread, task, either)
    } catch (error) {
      if (isInterrupt(error, signal)) throw error
      const { height, partition } = task
      if (isInterrupt(error, either)) this.#events.emit('late', { height, partition })
      else this.#events.emit('failed', asError(error))
    }
  }

  async #try(thread: TryThread, { height, hash, partition }: Task, signal: AbortSignal): Promise<void> {
    const { watch, units, key, won } = this.#components
    const ground = watch.ground()
    if (ground === null) return
    const claim = { key: hexToBytes(key), height, blockHash: hash, partition, number: 0 }
    const found = winStatement(ground, claim)
    // Of another chain by now, or there is nothing in the partition.
    if (!found.ok) return
    const { statement } = found
    const { challenge, threshold } = statement
    const tries = winningTries(
      { thread, units, blobs: ground.table.blobs, key, threshold },
      { challenge, height },
      signal,
    )
    for (;;) {
      const next = await tries.next()
      if (next.done === true) {
        this.#events.emit('sampled', { height, partition, ...next.value, won: false })
        return
      }
      const { number } = next.value
      const isTold = await won({ statement: { ...statement, number }, height, partition, won: next.value }, signal)
      if (!isTold) continue
      // One win a block counts.
      this.#events.emit('sampled', { height, partition, tries: number + 1, missed: 0, won: true })
      return
    }
  }
}

function isOver(ground: WinGround & { readonly height: number }, { height, hash }: Task): boolean {
  const now = ground.hashAt(height)
  return ground.height >= height + INSCRIBED_BLOCKS || now === null || !sameHash(now, hash)
}
