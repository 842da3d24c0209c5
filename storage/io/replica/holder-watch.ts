import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { asError, isInterrupt } from '../../../src/lib/index.ts'
import { holdingsKind } from '../../peers/holdings-kind.ts'
import type { PartitionPeers } from '../../peers/partition-peers.ts'
import type { HolderLog } from '../../replica/holder-log.ts'
import { findPeers } from '../find-peers.ts'
import type { HoldersFile } from '../holders-file.ts'
import { isNotKept } from '../status.ts'

/** Peers that are asked at the same time. */
const AT_ONCE = 16
/** Blocks from one look into the DHT to the next, and how long one takes at most. */
const FIND_EVERY = 6
const FIND = { most: 64, ms: 5_000 }

export interface WatchComponents {
  readonly transport: PeerTransport
  readonly peers: PartitionPeers
  readonly partitions: readonly number[]
  readonly file: HoldersFile
  readonly log: HolderLog
  /** What could not be saved. */
  failed(error: Error): void
}

/**
 * Asks the others that keep our partitions at each block whether they still do, so that there is somebody who can say since
 * when one is silent.
 */
export class HolderWatch {
  readonly #components: WatchComponents
  readonly #ending = new AbortController()
  /** Height at which the DHT was last looked into. */
  #foundAt: number | null = null
  #next: number | null = null
  #underWay: Promise<void> | null = null

  constructor(components: WatchComponents) {
    this.#components = components
  }

  /** A round for this tip; of those that come while one is under way, the last one has another. Resolves after it. */
  async atTip(height: number): Promise<void> {
    this.#next = height
    if (this.#ending.signal.aborted) return
    this.#underWay ??= this.#rounds().finally(() => {
      this.#underWay = null
    })
    await this.#underWay
  }

  /** Ends what is under way. */
  async settled(): Promise<void> {
    this.#ending.abort()
    await this.#underWay
  }

  /** Never throws. */
  async #rounds(): Promise<void> {
    const { file, log, failed } = this.#components
    const { signal } = this.#ending
    try {
      for (let height = this.#next; height !== null && !signal.aborted; height = this.#next) {
        this.#next = null
        await this.#round(height, signal)
        await file.save(log)
      }
    } catch (error) {
      if (!isInterrupt(error, signal)) failed(asError(error))
    }
  }

  async #round(height: number, signal: AbortSignal): Promise<void> {
    const { transport, peers, partitions, log } = this.#components
    const looks = this.#foundAt === null || Math.abs(height - this.#foundAt) >= FIND_EVERY
    if (looks) this.#foundAt = height
    const questions: { readonly partition: number; readonly peer: PeerName }[] = []
    for (const partition of partitions) {
      const found = looks ? await findPeers(peers, partition, FIND, signal) : []
      const seen = log.seen(partition).map(({ peer }) => peer)
      for (const peer of new Set([...transport.peers(holdingsKind), ...seen, ...found])) {
        questions.push({ partition, peer })
      }
    }
    const work = async () => {
      for (let one = questions.shift(); one !== undefined; one = questions.shift()) await this.#ask(one, height, signal)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  async #ask(
    { partition, peer }: { readonly partition: number; readonly peer: PeerName },
    height: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { transport, log } = this.#components
    const asked = await transport.ask(peer, holdingsKind, partition, { signal })
    if (asked.ok) log.answered(partition, peer, height)
    else if (isNotKept(asked)) log.refused(partition, peer)
  }
}
