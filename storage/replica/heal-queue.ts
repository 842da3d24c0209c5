import { type Due, DueHeap } from './due-heap.ts'

/** Pauses between two tries for one blob, milliseconds: the first, doubled with each further one, up to the longest. */
export interface HealPauses {
  readonly firstMs: number
  readonly mostMs: number
}

/** How many blobs are tried at the same time: in all, of one author, and of each those that were tried in vain before. */
export interface HealPlaces {
  readonly total: number
  readonly perAuthor: number
  readonly vain: number
  readonly vainPerAuthor: number
}

interface Waiting extends Due {
  readonly id: string
  lane: Lane
  failures: number
  /** It is being tried. */
  taken: boolean
  /** Something changed for it while it was tried. */
  again: boolean
}

/** The blobs of one author that were never tried, or those that were tried in vain. It is due when its first blob is. */
class Lane implements Due {
  dueAt = 0
  at = -1
  readonly due = new DueHeap<Waiting>()
  taken = 0
  /** Whether it stands in the order: it has a blob that waits, and a place is left to it. */
  stands = false
  readonly author: Author
  readonly isVain: boolean

  constructor(author: Author, isVain: boolean) {
    this.author = author
    this.isVain = isVain
  }
}

class Author {
  readonly name: string
  readonly fresh: Lane = new Lane(this, false)
  readonly vain: Lane = new Lane(this, true)
  taken = 0

  constructor(name: string) {
    this.name = name
  }
}

/**
 * Blobs that are not whole, each tried again by itself: one that nobody gives is tried less and less often. One author's blobs
 * take so many places at a time and no more, and those that were tried in vain so many of all: who withholds everything
 * delays nobody else, and a blob that was never tried does not wait for those that nobody gives.
 */
export class HealQueue {
  readonly #pauses: HealPauses
  readonly #places: HealPlaces
  /** Milliseconds. */
  readonly #clock: () => number
  readonly #waiting = new Map<string, Waiting>()
  readonly #authors = new Map<string, Author>()
  readonly #fresh = new DueHeap<Lane>()
  readonly #vain = new DueHeap<Lane>()
  #taken = 0
  #vainTaken = 0

  constructor(pauses: HealPauses, places: HealPlaces, clock: () => number) {
    this.#pauses = pauses
    this.#places = places
    this.#clock = clock
  }

  get size(): number {
    return this.#waiting.size
  }

  /** To be tried at once, if it does not wait already. */
  add(id: string, author: string): void {
    if (this.#waiting.has(id)) return
    const { fresh: lane } = this.#author(author)
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
    for (const { fresh, vain } of this.#authors.values()) {
      for (const lane of [fresh, vain]) lane.dueAt = Math.min(lane.dueAt, now)
    }
  }

  /**
   * The one that is due longest, to be tried now: `failed` or `remove` says how that ended. Null where none is due, or no place
   * is left to those that are.
   */
  take(): string | null {
    const lane = this.#next()
    const first = lane?.due.first
    if (lane === undefined || first === undefined || first.dueAt > this.#clock()) return null
    lane.due.remove(first)
    first.taken = true
    this.#moved(lane, 1)
    return first.id
  }

  failed(id: string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    const { lane, taken } = waiting
    // What changed while it was tried counts from now on.
    waiting.failures = waiting.again ? 0 : waiting.failures + 1
    const pause = Math.min(this.#pauses.mostMs, this.#pauses.firstMs * 2 ** (waiting.failures - 1))
    waiting.dueAt = this.#clock() + (waiting.again ? 0 : pause)
    waiting.again = false
    waiting.taken = false
    waiting.lane = lane.author.vain
    if (!taken) lane.due.remove(waiting)
    waiting.lane.due.push(waiting)
    this.#moved(lane, taken ? -1 : 0)
  }

  remove(id: string): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    const { lane, taken } = waiting
    this.#waiting.delete(id)
    if (!taken) lane.due.remove(waiting)
    this.#moved(lane, taken ? -1 : 0)
    const { name, taken: left, fresh, vain } = lane.author
    if (left === 0 && fresh.due.first === undefined && vain.due.first === undefined) this.#authors.delete(name)
  }

  /** Milliseconds until one is due that has a place; null where none waits. */
  dueIn(): number | null {
    const first = this.#next()?.due.first
    return first === undefined ? null : Math.max(0, first.dueAt - this.#clock())
  }

  /** Whose turn it is first. */
  #next(): Lane | undefined {
    if (this.#taken >= this.#places.total) return undefined
    const fresh = this.#fresh.first
    const vain = this.#vainTaken < this.#places.vain ? this.#vain.first : undefined
    if (fresh === undefined || vain === undefined) return fresh ?? vain
    return vain.dueAt < fresh.dueAt ? vain : fresh
  }

  /** So many more of a lane's blobs are tried now, or others wait in it. */
  #moved(lane: Lane, more: number): void {
    const { author, isVain } = lane
    lane.taken += more
    author.taken += more
    this.#taken += more
    if (isVain) this.#vainTaken += more
    this.#place(author.fresh)
    this.#place(author.vain)
  }

  #place(lane: Lane): void {
    const { perAuthor, vainPerAuthor } = this.#places
    const { author, isVain, taken } = lane
    const order = isVain ? this.#vain : this.#fresh
    const isOpen = author.taken < perAuthor && (!isVain || taken < vainPerAuthor)
    const first = isOpen ? lane.due.first : undefined
    if (first === undefined) {
      if (lane.stands) order.remove(lane)
      lane.stands = false
      return
    }
    lane.dueAt = first.dueAt
    if (lane.stands) order.move(lane)
    else order.push(lane)
    lane.stands = true
  }

  #author(name: string): Author {
    const known = this.#authors.get(name)
    if (known !== undefined) return known
    const author = new Author(name)
    this.#authors.set(name, author)
    return author
  }
}
