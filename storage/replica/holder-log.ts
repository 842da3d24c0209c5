import type { PeerName } from '../../src/bus/index.ts'

/** A peer that was seen to keep a partition. */
export interface SeenHolder {
  readonly peer: PeerName
  /** Of the tip when it last answered. */
  readonly height: number
}

/** Peers remembered of one partition: beyond, those that have been silent longest are forgotten. */
const MAX_HOLDERS = 256
/** So many blocks after its last answer a peer is forgotten: a week. */
const FORGET_BLOCKS = 1_008

/** Who was seen to keep which partition, and when last: what tells, later, who has fallen silent. */
export class HolderLog {
  readonly #partitions = new Map<number, Map<PeerName, number>>()

  constructor(entries: Iterable<readonly [number, readonly SeenHolder[]]> = []) {
    for (const [partition, seen] of entries) {
      for (const { peer, height } of seen.toReversed()) this.answered(partition, peer, height)
    }
  }

  /** A peer said that it keeps a partition, at this height of the tip. */
  answered(partition: number, peer: PeerName, height: number): void {
    const seen = this.#partitions.get(partition) ?? new Map<PeerName, number>()
    this.#partitions.set(partition, seen)
    // Set anew, it is the last of them.
    seen.delete(peer)
    seen.set(peer, height)
    for (const [other, last] of seen) {
      if (seen.size <= MAX_HOLDERS && last + FORGET_BLOCKS > height) break
      seen.delete(other)
    }
  }

  /** A peer said that it does not keep a partition. */
  refused(partition: number, peer: PeerName): void {
    this.#partitions.get(partition)?.delete(peer)
  }

  /** Those that answered last come first. */
  seen(partition: number): SeenHolder[] {
    return [...(this.#partitions.get(partition) ?? [])].map(([peer, height]) => ({ peer, height })).reverse()
  }

  /** All that is remembered, for a file. */
  entries(): [number, SeenHolder[]][] {
    return [...this.#partitions.keys()].map((partition) => [partition, this.seen(partition)])
  }
}
