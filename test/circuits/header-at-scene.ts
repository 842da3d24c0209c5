import { type Header, headerHash } from '../../src/bitcoin/index.ts'
import { type Accumulator, append, emptyAccumulator, leafHash } from '../../src/bus/accumulator.ts'
import { leafOf } from '../../src/bus/leaf.ts'
import { planPath } from '../../src/bus/path-plan.ts'
import { headerOpening } from '../../src/compute/circuit/opening.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { headerOf, inputOf, LEVELS, type Opened } from './history-scene.ts'
import type { HeaderAtInput, LongEpochInput } from './model/compute/header-at.ts'
import type { HeaderInput, Hinted } from './model/history.ts'

const EMPTY = emptyAccumulator(poseidon)

/** A chain whose list is really made, from height `start` on. */
export class ListedChain {
  readonly start: number
  readonly #headers: readonly Header[]
  readonly #lists: Accumulator[] = [EMPTY]

  constructor(times: readonly number[], start = 0) {
    this.start = start
    this.#headers = times.map((time, i) => ({ ...headerOf(start + i), time }))
    for (let i = 0; i < times.length; i++) this.#lists.push(append(poseidon, this.#lists[i]!, this.#leaf(i)))
  }

  #leaf(index: number) {
    const header = this.#headers[index]!
    return leafOf(this.start + index, headerHash(header), header)
  }

  bits(height: number): number {
    return this.#headers[height - this.start]!.bits
  }

  history(tip: number): bigint {
    return this.#lists[tip - this.start + 1]!.commitment
  }

  opening(height: number, tip: number): readonly bigint[] {
    const [count, index] = [tip - this.start + 1, height - this.start]
    const { halves, steps, older, newer } = planPath(count, index)
    const node = (i: number) => this.#lists[i + 1]!.root
    const path = [
      ...(halves === null ? [] : [node(halves.older), node(halves.newer)]),
      ...steps.flatMap(({ own, sibling }) => [leafHash(poseidon, this.#leaf(own)), node(sibling)]),
      ...(older === 0 ? [] : [this.#lists[older]!.commitment]),
      ...newer.map((peak) => node(peak.node)),
    ]
    return headerOpening({ count, index, leaf: this.#leaf(index), path }, EMPTY.commitment)
  }
}

/** As HeaderAt takes what HistoryHeader does. */
export function headerAtInput(given: HeaderInput): HeaderAtInput {
  const { commitment, start, count, height, leaf, siblings, rest, peaks, twin } = given
  const opening = [...leaf, ...siblings.flat(), rest, ...peaks, twin]
  return { history: commitment, start, tip: start + count - 1n, height, opening }
}

/** A header of a list whose other headers are made up. */
export function openedInput(opened: Opened): HeaderAtInput {
  const { start, index, count, path, header } = opened
  const given = inputOf(opened)
  const leaf = leafOf(start + index, headerHash(header), header)
  return { ...headerAtInput(given), opening: headerOpening({ count, index, leaf, path }, EMPTY.commitment) }
}

/** Of mains/long-epoch.circom. */
export const EPOCH = [LEVELS, 6, 3600] as const
const PERIOD = EPOCH[1]

/** What LongEpoch takes of the chain's epoch, and the places whose shapes are hinted at. */
export function epochOf(chain: ListedChain, ordinal: number): { input: LongEpochInput; hinted: [Hinted, Hinted] } {
  const [first, tip] = [ordinal * PERIOD, ordinal * PERIOD + PERIOD - 1]
  const count = tip - chain.start + 1
  return {
    input: {
      ...{ history: chain.history(tip), start: BigInt(chain.start), ordinal: BigInt(ordinal) },
      opening: [chain.opening(first, tip), chain.opening(tip, tip)],
    },
    hinted: [
      { count, index: first - chain.start },
      { count, index: tip - chain.start },
    ],
  }
}
