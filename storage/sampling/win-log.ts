import { WINDOW_TICKS } from './ticks.ts'

/** A win that was verified, and was in time. All bytes are hex; the block's hash is in display order. */
export interface SeenWin {
  readonly id: string
  readonly key: string
  readonly partition: number
  readonly height: number
  readonly blockHash: string
  /** Whether it was heard of in time. */
  readonly heard: boolean
  /** Height of the block that holds it as a record in time; null where none does. */
  readonly inscribed: number | null
}

/** A block at which one listened to the end: whoever won and said so in time was heard. */
export interface SeenTick {
  readonly height: number
  readonly blockHash: string
}

/** What changed in a log. */
export interface LogChanges {
  readonly gone: readonly SeenWin[]
  readonly changed: readonly SeenWin[]
  readonly ticks: readonly SeenTick[]
}

/** What one observer knows of the last week's wins, each once. What is of another chain, or over, is no longer in it. */
export class WinLog {
  readonly #wins = new Map<string, SeenWin>()
  /** The same by partition: there may be many of both. */
  readonly #byPartition = new Map<number, Map<string, SeenWin>>()
  readonly #ticks = new Map<number, SeenTick>()

  constructor(wins: Iterable<SeenWin> = [], ticks: Iterable<SeenTick> = []) {
    for (const win of wins) this.#set(win)
    for (const tick of ticks) this.#ticks.set(tick.height, tick)
  }

  win(id: string): SeenWin | null {
    return this.#wins.get(id) ?? null
  }

  get wins(): readonly SeenWin[] {
    return [...this.#wins.values()]
  }

  winsOf(partition: number): readonly SeenWin[] {
    return [...(this.#byPartition.get(partition)?.values() ?? [])]
  }

  /** Heights of the blocks at which one listened, rising. */
  get ticks(): readonly number[] {
    return [...this.#ticks.keys()].sort((a, b) => a - b)
  }

  /** One way more in which a win is known to have been in time; gives what is known of it now. */
  add(win: SeenWin): SeenWin {
    const before = this.#wins.get(win.id)
    const inscribed = before?.inscribed ?? win.inscribed
    const now = { ...win, heard: win.heard || before?.heard === true, inscribed }
    this.#set(now)
    return now
  }

  listened(tick: SeenTick): void {
    this.#ticks.set(tick.height, tick)
  }

  /**
   * Follows the chain to a tip.
   *
   * @param hashAt of the active chain, in display order
   * @param from the lowest height at which it is another chain than before
   */
  moveTo(tip: number, hashAt: (height: number) => string | null, from: number): LogChanges {
    const isOver = ({ height, blockHash }: SeenTick) => height <= tip - WINDOW_TICKS || hashAt(height) !== blockHash
    const ticks = [...this.#ticks.values()].filter(isOver)
    for (const { height } of ticks) this.#ticks.delete(height)
    const gone: SeenWin[] = []
    const changed: SeenWin[] = []
    for (const win of this.#wins.values()) {
      // What left the chain with its block is said by nothing any more.
      const isUnsaid = win.inscribed !== null && win.inscribed >= from
      if (isOver(win) || (isUnsaid && !win.heard)) gone.push(win)
      else if (isUnsaid) changed.push({ ...win, inscribed: null })
    }
    for (const { id, partition } of gone) {
      this.#wins.delete(id)
      this.#byPartition.get(partition)?.delete(id)
    }
    for (const win of changed) this.#set(win)
    return { gone, changed, ticks }
  }

  #set(win: SeenWin): void {
    this.#wins.set(win.id, win)
    const its = this.#byPartition.get(win.partition) ?? new Map<string, SeenWin>()
    this.#byPartition.set(win.partition, its.set(win.id, win))
  }
}
