import type { PeerTransport } from '../../../src/bus/index.ts'
import {
  asError,
  delay,
  Emitter,
  type Events,
  errorCode,
  isInterrupt,
  orAborted,
  Running,
  type RunningService,
} from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { blobShape } from '../../blob/shape.ts'
import { partitionPositions, type StorageParams } from '../../params.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import { chunkKind } from '../../peers/piece-kinds.ts'
import { HealQueue } from '../../replica/heal-queue.ts'
import { type Keeping, rawKeeping } from '../../replica/keeping.ts'
import type { TableEntry } from '../../table/blobs.ts'
import type { TableService } from '../table-service.ts'
import { Announcer } from './announcer.ts'
import { ChunkStore } from './chunk-store.ts'
import { PieceSeeker } from './fetch-blob.ts'
import { makeWhole, type Wholeness } from './make-whole.ts'
import { ReplicaScrubs } from './replica-scrubs.ts'
import type { ScrubCounts } from './scrub.ts'
import { serveReplica } from './serving.ts'
import { Sources } from './sources.ts'
import type { WantedBlob } from './wanted-blob.ts'

/** What a provider keeps, for whom, and how much of it. */
export interface ReplicaComponents {
  /** Started, and by whoever made it. */
  readonly table: TableService
  readonly transport: PeerTransport
  readonly peers: PartitionPeers
  readonly kernel: StorageKernel
  readonly params: StorageParams
  /** Folder of the chunks. */
  readonly folder: string
  /** Partitions that are kept whole. */
  readonly partitions: readonly number[]
  /** Bytes of the disk that chunks may take; no limit unless given. */
  readonly maxBytes?: number | undefined
  /** Bytes a second that peers are given; no limit unless given. */
  readonly uploadBytesPerSecond?: number | undefined
  readonly keeping?: Keeping | undefined
  /** Milliseconds, of a clock that never goes back. */
  readonly clock?: (() => number) | undefined
}

/** What keeping partitions tells. */
export interface ReplicaEvents {
  /** A blob is whole here, or was tried in vain. */
  readonly blob: { readonly id: string; readonly state: Wholeness; readonly held: number; readonly chunks: number }
  /** A blob left the chain long ago, and its bytes were deleted. */
  readonly dropped: { readonly id: string }
  /** No room for a blob: by the quota, or on the disk. It is tried again. */
  readonly full: { readonly id: string; readonly error: Error | null }
  readonly scrubbed: ScrubCounts
  /** What failed by our own doing; it is tried again. */
  readonly failed: Error
}

/** Blobs that are worked on at the same time. */
const AT_ONCE = 2
const PAUSES = { firstMs: 1_000, mostMs: 60_000 }
/** So many blocks after it left the chain a blob's bytes are kept: it may come back. */
const KEPT_BLOCKS = 144

/**
 * Keeps whole partitions of the table: fetches what is missing, verifies it, heals what breaks, and gives it to peers. A
 * blob that cannot be had delays no other.
 */
export class ReplicaService implements RunningService {
  readonly #components: ReplicaComponents
  readonly #events = new Emitter<ReplicaEvents>()
  readonly #running = new Running()
  readonly #queue: HealQueue
  readonly #sources: Sources
  readonly #underWay = new Map<string, Promise<void>>()
  /** Blobs of the table in our partitions. */
  #wanted = new Map<string, WantedBlob>()
  /** Height at which a blob was first found to be in no block. */
  readonly #goneAt = new Map<string, number>()
  #store: ChunkStore | null = null
  #scrubs: ReplicaScrubs | null = null
  #wake = Promise.withResolvers<void>()

  constructor(components: ReplicaComponents) {
    this.#components = components
    const { transport, peers, clock = () => performance.now() } = components
    this.#queue = new HealQueue(PAUSES, clock)
    this.#sources = new Sources(transport, peers)
  }

  get events(): Events<ReplicaEvents> {
    return this.#events
  }

  /** Throws E_LOCKED or E_STORE where the chunks cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const { folder, params, keeping = rawKeeping } = this.#components
    const open = () => ChunkStore.open({ folder, params, keeping })
    await this.#running.openAndBegin(open, (store, ending) => this.#run(store, ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #run(store: ChunkStore, signal: AbortSignal): Promise<void> {
    const { table, transport, peers, partitions, kernel } = this.#components
    this.#store = store
    const scrubs = new ReplicaScrubs(kernel, store)
    this.#scrubs = scrubs
    const announcer = new Announcer(peers, partitions)
    const closing: (() => Promise<void> | void)[] = []
    try {
      closing.push(
        table.events.on('tip', () => this.#look()),
        transport.meet(chunkKind, () => {
          announcer.hurry()
          this.#queue.hurryAll()
          this.#wakeUp()
        }),
        await serveReplica({
          ...this.#components,
          store,
          holes: (id) => this.#queue.hasFailed(id),
          lastScrub: () => scrubs.last,
          offered: (id, peer) => this.#offered(id, peer),
          damaged: (id) => this.#retry(id),
        }),
      )
      this.#look()
      await Promise.all([this.#heal(store, signal), announcer.keep(signal)])
    } finally {
      for (const close of closing.reverse()) await close()
      await Promise.all(this.#underWay.values())
      await scrubs.settled()
      await store.close()
    }
  }

  /** What the table wants now; a blob that left the chain is kept for a time. */
  #look(): void {
    const { table, partitions, params } = this.#components
    const { tip } = table
    const store = this.#store
    if (tip === null || store === null) return
    const size = partitionPositions(params)
    const wanted = new Map<string, WantedBlob>()
    for (const entry of table.table.blobs.entries) {
      const partition = Math.floor(entry.first / size)
      if (partitions.includes(partition)) wanted.set(entry.id, wantedBlob(entry, partition))
    }
    this.#wanted = wanted
    for (const id of wanted.keys()) {
      this.#goneAt.delete(id)
      const state = store.blob(id)?.state
      if (state !== 'wrong-parity' && (state !== 'whole' || this.#isMissing(id))) this.#queue.add(id)
    }
    for (const { id } of store.blobs()) {
      if (wanted.has(id)) continue
      if (!this.#goneAt.has(id)) this.#goneAt.set(id, tip.height)
      this.#queue.remove(id)
      if ((this.#goneAt.get(id) as number) + KEPT_BLOCKS <= tip.height) this.#drop(id)
    }
    this.#scrubs?.atTip(tip.height, (counts) => {
      this.#events.emit('scrubbed', counts)
      if (counts.missing > 0) this.#look()
    })
    this.#wakeUp()
  }

  #isMissing(id: string): boolean {
    const wanted = this.#wanted.get(id)
    return wanted !== undefined && (this.#store?.missing(wanted).length ?? 0) > 0
  }

  #drop(id: string): void {
    this.#goneAt.delete(id)
    this.#store?.drop(id).then(
      () => this.#events.emit('dropped', { id }),
      (error) => this.#events.emit('failed', asError(error)),
    )
  }

  #offered(id: string, peer: string): void {
    this.#sources.offered(id, peer)
    this.#queue.hurry(id)
    this.#wakeUp()
  }

  #retry(id: string): void {
    if (this.#wanted.has(id)) this.#queue.add(id)
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake.resolve()
  }

  async #heal(store: ChunkStore, signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#wake = Promise.withResolvers()
      for (;;) {
        const busy = new Set(this.#underWay.keys())
        const id = busy.size < AT_ONCE ? this.#queue.next(busy) : null
        if (id === null) break
        const work = this.#heal1(store, id, signal).finally(() => {
          this.#underWay.delete(id)
          this.#wakeUp()
        })
        this.#underWay.set(id, work)
      }
      const due = this.#underWay.size < AT_ONCE ? this.#queue.dueIn(new Set(this.#underWay.keys())) : null
      await this.#pause(due, signal)
    }
  }

  /** Until something happens, or so many milliseconds. */
  async #pause(milliseconds: number | null, signal: AbortSignal): Promise<void> {
    const done = new AbortController()
    const either = AbortSignal.any([signal, done.signal])
    const timer = milliseconds === null ? new Promise<void>(() => undefined) : delay(milliseconds, either)
    timer.catch(() => undefined)
    try {
      await orAborted(Promise.race([this.#wake.promise, timer]), signal)
    } finally {
      done.abort()
    }
  }

  /** One try for one blob; never throws. */
  async #heal1(store: ChunkStore, id: string, signal: AbortSignal): Promise<void> {
    const wanted = this.#wanted.get(id)
    if (wanted === undefined) return this.#queue.remove(id)
    try {
      if (!this.#fits(store, wanted)) {
        this.#queue.failed(id)
        this.#events.emit('full', { id, error: null })
        return
      }
      const state = await this.#tried(store, wanted, signal)
      if (state === 'incomplete') this.#queue.failed(id)
      else this.#queue.remove(id)
      const held = store.blob(id)?.held.size ?? 0
      this.#events.emit('blob', { id, state, held, chunks: blobShape(wanted.length).chunks })
    } catch (error) {
      this.#queue.failed(id)
      if (isInterrupt(error, signal)) return
      if (errorCode(error) === 'E_DISK_FULL') this.#events.emit('full', { id, error: asError(error) })
      else this.#events.emit('failed', asError(error))
    }
  }

  async #tried(store: ChunkStore, wanted: WantedBlob, signal: AbortSignal): Promise<Wholeness> {
    const { transport, kernel } = this.#components
    const { id } = wanted
    await store.add(wanted)
    const sources = await this.#sources.of(id, wanted.partition, signal)
    const components = { transport, kernel, store }
    const seeker = new PieceSeeker(components, wanted, sources, signal)
    await seeker.fetchMissing()
    const isJudged = store.blob(id)?.state === 'whole'
    if (isJudged && store.missing(wanted).length === 0) return 'whole'
    const state = await makeWhole(components, wanted, seeker, signal)
    if (state === 'whole') await store.setState(id, 'whole')
    if (state === 'wrong-parity') {
      await store.drop(id)
      await store.add(wanted)
      await store.setState(id, 'wrong-parity')
    }
    return state
  }

  /** Whether the quota has room for all of a blob beside what is here. */
  #fits(store: ChunkStore, { id, length }: WantedBlob): boolean {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#components
    const held = store.blob(id)?.held.size ?? 0
    return store.usedBytes + (blobShape(length).chunks - held) * store.slotBytes <= maxBytes
  }
}

function wantedBlob({ id, root, length, height }: TableEntry, partition: number): WantedBlob {
  return { id, root, length, partition, height }
}
