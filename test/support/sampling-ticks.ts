import { expect } from 'vitest'
import { winProbability, winThreshold } from '../../storage/sampling/threshold.ts'
import { PARTITION_BITS, type PlacedBlob, type SamplingNetwork, type SamplingProvider } from './sampling-network.ts'

export const FULL = 2 ** PARTITION_BITS
const THRESHOLD = winThreshold(PARTITION_BITS)

export interface Won {
  readonly height: number
  readonly key: string
  readonly partition: number
}

/** Blocks mined one by one, each once all is over that was to be done at the one before, and what must come of them. */
export class SamplingTicks {
  readonly wins: Won[] = []
  /** Blocks that were sampled, rising. */
  readonly heights: number[] = []
  /** Wins that were expected in a partition of all that sampled. */
  readonly #expected = new Map<number, number>()
  readonly #network: SamplingNetwork
  readonly #blobs: readonly PlacedBlob[]
  readonly #observer: SamplingProvider

  constructor(network: SamplingNetwork, blobs: readonly PlacedBlob[], observer: SamplingProvider) {
    this.#observer = observer
    this.#network = network
    this.#blobs = blobs
  }

  /** Used positions of a partition; nothing has come to the table for six blocks. */
  fill(partition: number): number {
    const its = this.#blobs.filter(({ first }) => Math.floor(first / FULL) === partition)
    return Math.max(0, ...its.map(({ first, chunks }) => first + chunks)) - (its.length > 0 ? partition * FULL : 0)
  }

  /** Of one whole replica, a block. */
  chance(partition: number): number {
    return winProbability(THRESHOLD, this.fill(partition))
  }

  expected(partition: number): number {
    return this.#expected.get(partition) ?? 0
  }

  winsOf(partition: number, ...keys: readonly string[]): Won[] {
    return this.wins.filter((win) => win.partition === partition && (keys.length === 0 || keys.includes(win.key)))
  }

  /**
   * One block: each provider has to win just what its disk says, everybody to hear of it, and all to have estimated.
   *
   * @param sampling those that are alive and sample
   * @param joining one that does not keep all of it encoded yet: what it wins is not foretold
   * @returns whether that one had all that its tries drew
   */
  async next(sampling: readonly SamplingProvider[], joining: SamplingProvider | null = null): Promise<boolean> {
    const { height, hash } = await this.#network.mine()
    const won: Won[] = []
    for (const one of sampling) {
      for (const { partition, missed, ...said } of await this.#sampled(one, height)) {
        const tries = await one.winningTries(this.#blobs, partition * FULL, this.fill(partition), hash)
        expect({ missed, state: said.state }).toEqual({ missed: 0, state: tries.length > 0 ? 'won' : 'none' })
        if (said.state === 'won') won.push({ height, partition, key: one.key })
        this.#expected.set(partition, this.expected(partition) + this.chance(partition))
      }
    }
    const joined = joining === null ? [] : await this.#sampled(joining, height)
    for (const { partition } of joined.filter((said) => said.state === 'won')) {
      won.push({ height, partition, key: joining?.key as string })
    }
    const all = [this.#observer, ...sampling]
    for (const win of won) {
      for (const one of all) {
        await one.until(
          `the win at ${height}`,
          ({ win: of }) => of?.height === height && of.key === win.key && of.partition === win.partition,
        )
      }
    }
    for (const one of all) await one.until(`estimates at ${height}`, ({ estimated }) => estimated === height)
    this.wins.push(...won)
    this.heights.push(height)
    return joined.every(({ state, missed }) => state === 'none' && missed === 0)
  }

  /** What a provider said of its tries at a block, in each partition that anything is in. */
  async #sampled(one: SamplingProvider, height: number) {
    const said = []
    for (const partition of one.partitions.filter((number) => this.fill(number) > 0)) {
      const isIt = (of?: { readonly height: number; readonly partition: number }) =>
        of?.height === height && of.partition === partition
      await one.until(`${height} is sampled`, ({ sampled }) => isIt(sampled))
      said.push(...one.told.flatMap(({ sampled }) => (sampled !== undefined && isIt(sampled) ? [sampled] : [])))
    }
    return said
  }

  /** Blocks until something is so, and no more of them than a chance of one in a billion allows. */
  async until(
    most: number,
    sampling: readonly SamplingProvider[],
    holds: () => boolean | Promise<boolean>,
  ): Promise<void> {
    for (let tick = 0; !(await holds()); tick++) {
      expect(tick).toBeLessThan(most)
      await this.next(sampling)
    }
  }

  /** What was counted at blocks that one listened to: the last two are not over yet. */
  counted(partition: number, from: number, to: number): Won[] {
    return this.winsOf(partition).filter(({ height }) => height >= from && height <= to)
  }
}
