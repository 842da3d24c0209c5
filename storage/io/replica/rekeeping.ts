import { asError, delay, isInterrupt, orAborted } from '../../../src/lib/index.ts'
import { isDiskFull } from '../../../src/lib/io/index.ts'
import { CHUNK_BYTES } from '../../blob/shape.ts'
import { Pace } from '../../replica/pace.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { DiskRoom } from './disk-room.ts'

/** After a failure: the first pause, doubled with each further one, up to the longest. */
const PAUSES = { firstMs: 1_000, mostMs: 60_000 }

/** How far keeping chunks anew is. */
export interface RekeepingProgress {
  readonly to: 'encoded' | 'raw'
  /** Chunks that are not as they are to be yet. */
  readonly left: number
  /** Bytes of content, by the chunks done last; null where that is not known yet. */
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
}

export interface RekeepingComponents {
  readonly store: ChunkStore
  readonly room: DiskRoom
  /** Milliseconds. */
  readonly clock: () => number
  /** Ids of blobs that are kept and in the chain, in the order of the table. */
  wanted(): Iterable<string>
  isWanted(id: string): boolean
  /** One more chunk is as it is to be. */
  rekept(progress: RekeepingProgress): void
  /** No room for another form of a chunk: by the quota, or on the disk. It is tried again. */
  full(id: string, error: Error | null): void
  failed(error: Error): void
}

/**
 * Brings what is kept into the form that is aimed at, chunk by chunk: blobs in the order of the table, each from its last chunk
 * on, so that the file of what it was grows shorter with each. Nothing of it has to be remembered: what is left to do follows
 * from the index.
 */
export class Rekeeping {
  readonly #components: RekeepingComponents
  readonly #pace = new Pace()
  /** Whole blobs, with the number of their chunks that are to be kept anew. */
  readonly #due = new Map<string, number>()
  #to: RekeepingProgress['to'] | null = null
  #left = 0
  #failures = 0
  #wake = Promise.withResolvers<void>()

  constructor(components: RekeepingComponents) {
    this.#components = components
  }

  /** What is kept is to be encoded under this key (64 hex digits), or raw (null); whether that is new. Throws E_NO_ADDON. */
  aim(key: string | null): boolean {
    const { store, wanted } = this.#components
    const before = store.aim
    store.setAim(key)
    if (this.#to !== null && store.aim === before) return false
    this.#to = key === null ? 'raw' : 'encoded'
    this.#due.clear()
    this.#left = 0
    for (const id of wanted()) this.changed(id)
    return true
  }

  /** What is kept of a blob has changed, or that it is wanted. */
  changed(id: string): void {
    if (this.#to === null) return
    const { store, isWanted } = this.#components
    // One whose parity turns out to be wrong is deleted: there is no use in it before that is known.
    const chunks = isWanted(id) && store.blob(id)?.state === 'whole' ? store.strays(id).length : 0
    this.#left += chunks - (this.#due.get(id) ?? 0)
    if (chunks === 0) this.#due.delete(id)
    else this.#due.set(id, chunks)
    this.#wake.resolve()
  }

  /** Null where nothing is to be done. */
  get progress(): RekeepingProgress | null {
    if (this.#to === null || this.#left === 0) return null
    const { perSecond } = this.#pace
    return {
      to: this.#to,
      left: this.#left,
      bytesPerSecond: perSecond === null ? null : perSecond * CHUNK_BYTES,
      secondsLeft: perSecond === null ? null : this.#left / perSecond,
    }
  }

  /** Throws E_ABORTED once the signal fires and nothing is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#wake = Promise.withResolvers()
      const id = this.#due.keys().next().value
      if (id !== undefined) await this.#blob(id, signal)
      else {
        this.#pace.pause()
        await orAborted(this.#wake.promise, signal)
      }
    }
  }

  async #blob(id: string, signal: AbortSignal): Promise<void> {
    const { store, room, clock, rekept, full, failed } = this.#components
    try {
      for (const chunk of store.strays(id)) {
        signal.throwIfAborted()
        if (!this.#due.has(id)) return
        if (!(await room.hasSlot())) {
          full(id, null)
          return await this.#pause(id, signal)
        }
        this.#pace.begin(clock())
        await store.rekeep(id, chunk)
        this.#pace.ended(clock())
        this.#failures = 0
        rekept(this.progress ?? { to: this.#to ?? 'raw', left: 0, bytesPerSecond: null, secondsLeft: 0 })
      }
    } catch (error) {
      if (isInterrupt(error, signal)) throw error
      if (isDiskFull(error)) full(id, asError(error))
      else failed(asError(error))
      await this.#pause(id, signal)
    }
    this.changed(id)
  }

  /** The blob comes last from then on: what is wrong with it delays no other for long. */
  async #pause(id: string, signal: AbortSignal): Promise<void> {
    const chunks = this.#due.get(id)
    if (this.#due.delete(id) && chunks !== undefined) this.#due.set(id, chunks)
    this.#pace.pause()
    await delay(Math.min(PAUSES.mostMs, PAUSES.firstMs * 2 ** this.#failures++), signal)
  }
}
