import type { PeerTransport } from '../../../src/bus/index.ts'
import { delay, isInterrupt, orAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import type { HealQueue } from '../../replica/heal-queue.ts'
import type { PeerMemory } from '../../replica/peer-memory.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { DiskRoom } from './disk-room.ts'
import { makeWhole, type Wholeness } from './make-whole.ts'
import { PieceSeeker } from './piece-seeker.ts'
import type { Sources } from './sources.ts'
import type { WantedBlob } from './wanted-blob.ts'

export interface HealingComponents {
  readonly transport: PeerTransport
  readonly kernel: StorageKernel
  readonly store: ChunkStore
  readonly room: DiskRoom
  readonly queue: HealQueue
  readonly sources: Sources
  readonly memory: PeerMemory
  /** Null where it is wanted no longer. */
  wanted(id: string): WantedBlob | null
  /** How one try ended. */
  tried(blob: WantedBlob, state: Wholeness): void
  /** The quota has no room for it. */
  full(id: string): void
  failed(id: string, error: unknown): void
}

/** Works through the queue of blobs that are not whole, some at a time. */
export class Healing {
  readonly #components: HealingComponents
  readonly #underWay = new Map<string, { readonly work: Promise<void>; readonly cancel: AbortController }>()
  #wake = Promise.withResolvers<void>()
  #judging: Promise<unknown> = Promise.resolve()

  constructor(components: HealingComponents) {
    this.#components = components
  }

  /** Something is due perhaps. */
  wake(): void {
    this.#wake.resolve()
  }

  /** Ends the try for a blob, where one is under way. */
  async cancel(id: string): Promise<void> {
    const one = this.#underWay.get(id)
    one?.cancel.abort()
    await one?.work
  }

  /** Throws E_ABORTED once the signal fires and nothing is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    const { queue } = this.#components
    try {
      for (;;) {
        this.#wake = Promise.withResolvers()
        for (let id = queue.take(); id !== null; id = queue.take()) this.#begin(id, signal)
        await this.#pause(queue.dueIn(), signal)
      }
    } finally {
      await Promise.all([...this.#underWay.values()].map(({ work }) => work))
    }
  }

  #begin(id: string, signal: AbortSignal): void {
    // It left the chain and came back while it was tried: once that has ended.
    if (this.#underWay.has(id)) {
      this.#components.queue.failed(id)
      return
    }
    const cancel = new AbortController()
    const work = this.#try(id, AbortSignal.any([signal, cancel.signal])).finally(() => {
      this.#underWay.delete(id)
      this.wake()
    })
    this.#underWay.set(id, { work, cancel })
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
  async #try(id: string, signal: AbortSignal): Promise<void> {
    const { queue, room, wanted: find, tried, full, failed } = this.#components
    const wanted = find(id)
    if (wanted === null) return queue.remove(id)
    try {
      const end = await room.begin(wanted)
      if (end === null) {
        queue.failed(id)
        return full(id)
      }
      const state = await this.#make(wanted, signal).finally(end)
      if (state === 'incomplete') queue.failed(id)
      else queue.remove(id)
      tried(wanted, state)
    } catch (error) {
      queue.failed(id)
      if (!isInterrupt(error, signal)) failed(id, error)
    }
  }

  async #make(wanted: WantedBlob, signal: AbortSignal): Promise<Wholeness> {
    const { transport, kernel, store, memory, sources } = this.#components
    const { id } = wanted
    await store.add(wanted)
    const components = { transport, kernel, store, memory, alone: this.#alone }
    const seeker = new PieceSeeker(components, wanted, signal)
    seeker.add(sources.at(id))
    await seeker.fetchMissing()
    if (store.missing(wanted).length > 0) {
      seeker.add(await sources.found(wanted.partition, signal))
      await seeker.fetchMissing()
    }
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

  readonly #alone = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = this.#judging.then(work)
    this.#judging = turn.catch(() => undefined)
    return turn
  }
}
