import { join } from 'node:path'
import type { PeerTransport } from '../../../src/bus/index.ts'
import { asError, Emitter, type Events, errorCode, Running, type RunningService } from '../../../src/lib/index.ts'
import { isDiskFull } from '../../../src/lib/io/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { openMask } from '../../../src/proving/io/index.ts'
import { blobShape } from '../../blob/shape.ts'
import { partitionPositions, type StorageParams } from '../../params.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import { chunkKind } from '../../peers/piece-kinds.ts'
import type { EncodedUnits } from '../../replica/encoded-units.ts'
import { HealQueue } from '../../replica/heal-queue.ts'
import type { HolderLog } from '../../replica/holder-log.ts'
import { PeerMemory } from '../../replica/peer-memory.ts'
import { HoldersFile } from '../holders-file.ts'
import type { TableService } from '../table-service.ts'
import { Announcer } from './announcer.ts'
import { ChunkStore } from './chunk-store.ts'
import { DiskRoom } from './disk-room.ts'
import { Healing } from './healing.ts'
import { HolderWatch } from './holder-watch.ts'
import type { Wholeness } from './make-whole.ts'
import { Rekeeping, type RekeepingProgress } from './rekeeping.ts'
import { ReplicaScrubs } from './replica-scrubs.ts'
import { ReplicaState } from './replica-state.ts'
import type { ScrubCounts } from './scrub.ts'
import { serveReplica } from './serving.ts'
import { Sources } from './sources.ts'

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
  /** Bytes of the disk that may be taken; no limit unless given. */
  readonly maxBytes?: number | undefined
  /** Bytes a second that peers are given; no limit unless given. */
  readonly uploadBytesPerSecond?: number | undefined
  /**
   * The Ed25519 key of this peer, 64 hex digits: what is kept is encoded under the key of the provider that registered it, as
   * soon as one has. Without, what is kept is kept raw.
   */
  readonly encodesFor?: string | undefined
  /** Milliseconds, of a clock that never goes back: no other is used, and no time of day. */
  readonly clock?: (() => number) | undefined
}

/** What keeping partitions tells. */
export interface ReplicaEvents {
  /** A blob is whole here, or was tried in vain. */
  readonly blob: { readonly id: string; readonly state: Wholeness; readonly held: number; readonly chunks: number }
  /** A blob left the chain long ago, and its bytes were deleted. */
  readonly dropped: { readonly id: string }
  /** One more chunk is kept in the form that it is to have: encoded, or raw. */
  readonly rekept: RekeepingProgress
  /** No room for a blob, or for another form of its chunks: by the quota, or on the disk. It is tried again. */
  readonly full: { readonly id: string; readonly error: Error | null }
  readonly scrubbed: ScrubCounts
  /** What failed by our own doing; it is tried again. */
  readonly failed: Error
}

const PAUSES = { firstMs: 1_000, mostMs: 60_000 }
const PLACES = { total: 4, perAuthor: 2, vain: 2, vainPerAuthor: 1 }

/** What runs together as long as the store is open. */
interface Parts {
  readonly store: ChunkStore
  readonly state: ReplicaState
  readonly healing: Healing
  readonly rekeeping: Rekeeping
  readonly scrubs: ReplicaScrubs
  readonly watch: HolderWatch
}

/**
 * Keeps whole partitions of the table: fetches what is missing, verifies it, heals what breaks, and gives it to peers. A
 * blob that cannot be had delays no other.
 */
export class ReplicaService implements RunningService {
  readonly #components: ReplicaComponents
  readonly #clock: () => number
  readonly #events = new Emitter<ReplicaEvents>()
  readonly #running = new Running()
  readonly #queue: HealQueue
  readonly #memory = new PeerMemory(Math.random)
  readonly #sources: Sources
  #units: EncodedUnits | null = null
  /** Why nothing is encoded here, once told. */
  #isTold = false

  constructor(components: ReplicaComponents) {
    this.#components = components
    const { transport, peers, clock = () => performance.now() } = components
    this.#clock = clock
    this.#queue = new HealQueue(PAUSES, PLACES, clock)
    this.#sources = new Sources({ transport, peers, memory: this.#memory, clock })
  }

  get events(): Events<ReplicaEvents> {
    return this.#events
  }

  /** What is kept encoded, while it runs. */
  get units(): EncodedUnits | null {
    return this.#units
  }

  /** Throws E_LOCKED, E_STORE or E_NO_ADDON where the chunks cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const { folder, params } = this.#components
    const open = async () => {
      const file = new HoldersFile(join(folder, 'holders.json'))
      return { store: await ChunkStore.open({ folder, params, mask: openMask }), file, log: await file.load() }
    }
    await this.#running.openAndBegin(open, (opened, ending) => this.#run(opened, ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #run(
    { store, file, log }: { readonly store: ChunkStore; readonly file: HoldersFile; readonly log: HolderLog },
    signal: AbortSignal,
  ): Promise<void> {
    const { table, transport, peers, partitions, params, kernel } = this.#components
    const room = new DiskRoom(store, this.#components.maxBytes)
    const state = new ReplicaState({ store, queue: this.#queue, partitions, positions: partitionPositions(params) })
    const failed = (error: Error) => this.#events.emit('failed', error)
    const parts = {
      store,
      state,
      healing: this.#healing(store, room, state),
      rekeeping: this.#rekeeping(store, room, state),
      scrubs: new ReplicaScrubs({ kernel, store, done: (counts) => this.#events.emit('scrubbed', counts), failed }),
      watch: new HolderWatch({ transport, peers, partitions, file, log, failed }),
    }
    const announcer = new Announcer(peers, partitions)
    const closing: (() => Promise<void> | void)[] = []
    const works: Promise<void>[] = []
    // Once one of them has ended, all do, before the store is closed.
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    try {
      closing.push(
        store.events.on('changed', ({ id }) => {
          state.changed(id)
          parts.rekeeping.changed(id)
          parts.healing.wake()
        }),
        table.events.on('tip', () => this.#look(parts)),
        transport.meet(chunkKind, () => {
          announcer.hurry()
          this.#queue.hurryAll()
          parts.healing.wake()
        }),
        await serveReplica({
          ...this.#components,
          clock: this.#clock,
          store,
          room,
          tallies: state.tallies,
          rekeeping: () => parts.rekeeping.progress,
          seen: (partition) => log.seen(partition),
          offered: (id, peer) => {
            // One that is told again changes nothing, and hurries nobody.
            if (!this.#sources.offered(id, peer)) return
            this.#queue.hurry(id)
            parts.healing.wake()
          },
        }),
      )
      this.#look(parts)
      this.#units = store
      works.push(parts.healing.run(either), parts.rekeeping.run(either), announcer.keep(either))
      await Promise.all(works)
    } finally {
      this.#units = null
      over.abort()
      await Promise.allSettled(works)
      for (const close of closing.reverse()) await close()
      await Promise.all([parts.scrubs.settled(), parts.watch.settled(), state.settled()])
      await store.close()
    }
  }

  /** What has changed with a new tip. */
  #look({ store, state, healing, rekeeping, scrubs, watch }: Parts): void {
    const { table } = this.#components
    const { tip } = table
    if (tip === null) return
    const { came, left, over } = state.look(table.table.blobs.entries, tip.height)
    this.#aim(state, rekeeping, tip.height)
    for (const id of [...came, ...left]) rekeeping.changed(id)
    for (const id of left) void healing.cancel(id)
    for (const id of over) void state.letGo(id, this.#drop(store, healing, id)).then(() => healing.wake())
    scrubs.atTip(tip.height)
    void watch.atTip(tip.height)
    healing.wake()
  }

  /** Where nobody has registered, what is kept stays as it is. */
  #aim(state: ReplicaState, rekeeping: Rekeeping, height: number): void {
    const { table, encodesFor } = this.#components
    const key = encodesFor === undefined ? null : table.table.providers.registeredFor(encodesFor, height)
    if (key === null && encodesFor !== undefined) return
    try {
      if (!rekeeping.aim(key)) return
      // How much is encoded is counted under that key.
      for (const id of state.ids()) state.changed(id)
    } catch (error) {
      if (errorCode(error) !== 'E_NO_ADDON') throw error
      if (!this.#isTold) this.#events.emit('failed', asError(error))
      this.#isTold = true
    }
  }

  /** Whether that was done; what failed is tried again with the next tip. */
  async #drop(store: ChunkStore, healing: Healing, id: string): Promise<boolean> {
    try {
      await healing.cancel(id)
      await store.drop(id)
      this.#events.emit('dropped', { id })
      return true
    } catch (error) {
      this.#events.emit('failed', asError(error))
      return false
    }
  }

  #rekeeping(store: ChunkStore, room: DiskRoom, state: ReplicaState): Rekeeping {
    return new Rekeeping({
      store,
      room,
      clock: this.#clock,
      wanted: () => state.ids(),
      isWanted: (id) => state.wanted(id) !== null,
      rekept: (progress) => this.#events.emit('rekept', progress),
      full: (id, error) => this.#events.emit('full', { id, error }),
      failed: (error) => this.#events.emit('failed', error),
    })
  }

  #healing(store: ChunkStore, room: DiskRoom, state: ReplicaState): Healing {
    const { transport, kernel } = this.#components
    return new Healing({
      transport,
      kernel,
      store,
      room,
      queue: this.#queue,
      sources: this.#sources,
      memory: this.#memory,
      wanted: (id) => state.wanted(id),
      tried: ({ id, length }, wholeness) => {
        state.tried(id, wholeness)
        const held = store.blob(id)?.held.size ?? 0
        this.#events.emit('blob', { id, state: wholeness, held, chunks: blobShape(length).chunks })
      },
      full: (id) => this.#events.emit('full', { id, error: null }),
      failed: (id, error) => {
        if (isDiskFull(error)) this.#events.emit('full', { id, error: asError(error) })
        else this.#events.emit('failed', asError(error))
      },
    })
  }
}
