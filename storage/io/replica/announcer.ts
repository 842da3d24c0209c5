import { Deadline, delay, isInterrupt } from '../../../src/lib/index.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'

/** After a new peer was met, so long until it and others are told: more may come at once. */
const AFTER_MS = 500
const AGAIN_MS = 600_000

/** Tells peers, now and again, which partitions are kept here. */
export class Announcer {
  readonly #peers: PartitionPeers
  readonly #partitions: readonly number[]
  #news = Promise.withResolvers<void>()

  constructor(peers: PartitionPeers, partitions: readonly number[]) {
    this.#peers = peers
    this.#partitions = partitions
  }

  /** There is somebody new to be told. */
  hurry(): void {
    this.#news.resolve()
  }

  /** Throws E_ABORTED once the signal fires. */
  async keep(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#news = Promise.withResolvers()
      await delay(AFTER_MS, signal)
      for (const partition of this.#partitions) await this.#provide(partition, signal)
      const done = new AbortController()
      const pause = delay(AGAIN_MS, AbortSignal.any([signal, done.signal]))
      // Whichever comes second is nobody's error.
      pause.catch(() => undefined)
      await Promise.race([this.#news.promise, pause]).finally(() => done.abort())
    }
  }

  /** That nobody is there to be told is no failure: it is told to the next that comes. */
  async #provide(partition: number, signal: AbortSignal): Promise<void> {
    const late = new Deadline(10_000)
    try {
      await this.#peers.provide(partition, AbortSignal.any([signal, late.signal]))
    } catch (error) {
      if (signal.aborted && isInterrupt(error, signal)) throw error
    } finally {
      late.clear()
    }
  }
}
