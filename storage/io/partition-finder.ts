import type { PeerName } from '../../src/bus/index.ts'
import type { PartitionPeers } from '../peers/partition-peers.ts'

/** So long what the DHT answered is taken for its answer: who keeps a partition changes by the hour. */
const REMEMBERED_MS = 60_000
/** So long it is looked for others, and so many of them. */
const FIND_MS = 5_000
const MOST = 24

interface Answer {
  readonly peers: Promise<readonly PeerName[]>
  readonly at: number
}

/** Who keeps a partition, by the DHT: asked once for all who want to know within a minute. */
export class PartitionFinder {
  readonly #peers: PartitionPeers
  /** Milliseconds. */
  readonly #clock: () => number
  readonly #answers = new Map<number, Answer>()

  constructor(peers: PartitionPeers, clock: () => number = () => performance.now()) {
    this.#peers = peers
    this.#clock = clock
  }

  /** Where looking fails or takes too long, those that are found are the answer. */
  find(partition: number): Promise<readonly PeerName[]> {
    const known = this.#answers.get(partition)
    if (known !== undefined && this.#clock() - known.at < REMEMBERED_MS) return known.peers
    const answer = { peers: this.#look(partition), at: this.#clock() }
    this.#answers.set(partition, answer)
    // Nobody is no answer: it is looked again for the next who asks.
    const forget = () => {
      if (this.#answers.get(partition) === answer) this.#answers.delete(partition)
    }
    answer.peers.then((found) => found.length > 0 || forget(), forget)
    return answer.peers
  }

  async #look(partition: number): Promise<readonly PeerName[]> {
    const late = AbortSignal.timeout(FIND_MS)
    const found: PeerName[] = []
    try {
      for await (const peer of this.#peers.find(partition, late)) if (found.push(peer) >= MOST) break
    } catch {
      // Late, or nobody of the DHT is there.
    }
    return found
  }
}
