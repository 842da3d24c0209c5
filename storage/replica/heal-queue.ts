import { type Due, DueHeap } from './due-heap.ts'

/** Pauses between two tries for one blob, milliseconds: the first, doubled with each further one, up to the longest. */
export interface HealPauses {
  readonly firstMs: number
  readonly mostMs: number
}

interface Waiting extends Due {
  readonly id: string
  readonly lane: Lane
  failures: number
  /** It is being tried. */
  taken: boolean
  /** Something changed for it while it was tried. */
  again: boolean
}

/** The blobs of one author. It is due when its first blob is. */
interface Lane extends Due {
  readonly author: string
  readonly due: DueHeap<Waiting>
  taken: number
  /** Whether it stands in the order: it has a blob that waits, and a place is left to it. */
  stands: boolean
}

/**
 * Blobs that are not whole, each tried again by itself: one that nobody gives is tried less and less often, and one author's
 * blobs take so many places at a time and no more, so that who withholds everything delays nobody else.
 */
export class HealQueue {
  readonly #pauses: HealPauses
  readonly #perAuthor: number
  /** Milliseconds. */
  readonly #clock: () => number
  readonly #waiting = new Map<string, Waiting>()
  readonly #lanes = new Map<string, Lane>()
  readonly #order = new DueHeap<Lane>()

  /** @param perAuthor blobs of one author that are tried at the same time */
  constructor(pauses: HealPauses, perAuthor: number, clock: () => number) {
    this.#pauses = pauses
    this.#perAuthor = perAuthor
    this.#clock = clock
  }

  get size(): number {
    return this.#waiting.size
  }

  /** To be tried at once, if it does not wait already. */
  add(id: string, author: string): void {
    if (this.#waiting.has(id)) return
    const lane = this.#lanes.get(author) ?? newLane(author)
    this.#lanes.set(author, lane)
    const waiting = { id, lane, dueAt: this.#clock(), at: -1, failures: 0, taken: false, again: false }
    this.#waiting.set(id, waiting)
    lane.due.push(waiting)
    this.#place(lane)
  }

  /** Something has changed for it: it is tried at once. */
  hurry(id: string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    waiting.failures = 0
    waiting.again = waiting.taken
    if (waiting.taken) return
    waiting.dueAt = Math.min(waiting.dueAt, this.#clock())
    waiting.lane.due.move(waiting)
    this.#place(waiting.lane)
  }

  /** Somebody new may have what is missing. */
  hurryAll(): void {
    const now = this.#clock()
    for (const waiting of this.#waiting.values()) {
      waiting.failures = 0
      waiting.again = waiting.taken
      // What is due later than now is due now, and the order stays: no heap needs to be mended.
      waiting.dueAt = Math.min(waiting.dueAt, now)
    }
    for (const lane of this.#lanes.values()) lane.dueAt = Math.min(lane.dueAt, now)
  }

  /** The one that is due longest, to be tried now: `failed` or `remove` says how that ended. Null where none is due. */
  take(): string | null {
    const lane = this.#order.first
    const first = lane?.due.first
    if (lane === undefined || first === undefined || first.dueAt > this.#clock()) return null
    lane.due.remove(first)
    first.taken = true
    lane.taken++
    this.#place(lane)
    return first.id
  }

  failed(id: string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    const { lane } = waiting
    // What changed while it was tried counts from now on.
    waiting.failures = waiting.again ? 0 : waiting.failures + 1
    const pause = Math.min(this.#pauses.mostMs, this.#pauses.firstMs * 2 ** (waiting.failures - 1))
    waiting.dueAt = this.#clock() + (waiting.again ? 0 : pause)
    waiting.again = false
    if (waiting.taken) {
      waiting.taken = false
      lane.taken--
      lane.due.push(waiting)
    } else lane.due.move(waiting)
    this.#place(lane)
  }

  remove(id: string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    const { lane } = waiting
    this.#waiting.delete(id)
    if (waiting.taken) lane.taken--
    else lane.due.remove(waiting)
    this.#place(lane)
    if (lane.taken === 0 && lane.due.first === undefined) this.#lanes.delete(lane.author)
  }

  /** Milliseconds until one is due; null where none waits. */
  dueIn(): number | null {
    const first = this.#order.first?.due.first
    return first === undefined ? null : Math.max(0, first.dueAt - this.#clock())
  }

  #place(lane: Lane): void {
    const first = lane.taken < this.#perAuthor ? lane.due.first : undefined
    if (first === undefined) {
      if (lane.stands) this.#order.remove(lane)
      lane.stands = false
      return
    }
    lane.dueAt = first.dueAt
    if (lane.stands) this.#order.move(lane)
    else this.#order.push(lane)
    lane.stands = true
  }
}

function newLane(author: string): Lane {
  return { author, due: new DueHeap(), dueAt: 0, at: -1, taken: 0, stands: false }
}
