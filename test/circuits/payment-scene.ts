import { sha256d } from '../../src/bitcoin/hash.ts'
import { blockHash, headerHash, merkleBranch, regtest } from '../../src/bitcoin/index.ts'
import { merkleTree } from '../../src/bitcoin/merkle.ts'
import { emptyAccumulator, leafHash } from '../../src/bus/accumulator.ts'
import { type AccumulatorPath, followPath } from '../../src/bus/accumulator-path.ts'
import { type Leaf, leafOf } from '../../src/bus/leaf.ts'
import { planPath, treeSizes } from '../../src/bus/path-plan.ts'
import { climbOf, type OpenedHeader } from '../../src/compute/transactions/climb.ts'
import { paymentStart } from '../../src/compute/transactions/payment-state.ts'
import { type Placed, paymentInput, paymentSteps } from '../../src/compute/transactions/payment-steps.ts'
import { scriptElements } from '../../src/compute/transactions/wanted-script.ts'
import type { CircuitInput } from '../../src/proving/index.ts'
import { poseidon } from '../bus/poseidon-reference.ts'

const EMPTY = emptyAccumulator(poseidon).commitment

/** Blocks of made-up transactions, the first at height 0, and the history of their headers. */
export interface Blocks {
  readonly history: bigint
  /** By height and index. */
  placed(height: number, index: number): Placed
}

/** @param blocks of each block the transactions, as their txids are hashes of them */
export function blocksOf(blocks: readonly (readonly Uint8Array[])[]): Blocks {
  const trees = blocks.map((transactions) => merkleTree(transactions.map(sha256d)))
  const leaves: Leaf[] = trees.map(({ root }, height) => {
    const header = { ...regtest.genesis, merkleRoot: root, prevHash: blockHash(new Uint8Array(32)), nonce: height }
    return leafOf(height, headerHash(header), header)
  })
  const opened = leaves.map((leaf, index): OpenedHeader => {
    const path = pathOf(leaves, index)
    return { leaf, climb: climbOf({ count: leaves.length, index, path }, EMPTY) }
  })
  const last = leaves.length - 1
  return {
    history: followPath(poseidon, planPath(leaves.length, last), leaves[last]!, pathOf(leaves, last)),
    placed(height, index) {
      const branch = merkleBranch(trees[height]!, index)
      return { transaction: { height, index, bytes: blocks[height]![index]!, branch }, header: opened[height]! }
    },
  }
}

/** The way of one leaf, every node on it worked out from the leaves. */
function pathOf(leaves: readonly Leaf[], index: number): AccumulatorPath {
  const { halves, steps, older, newer } = planPath(leaves.length, index)
  const own = (at: number) => leafHash(poseidon, leaves[at]!)
  const node = (at: number): bigint => {
    const half = (treeSizes(at + 1).at(-1)! - 1) / 2
    return half === 0 ? own(at) : poseidon(2, own(at), node(at - 1 - half), node(at - 1))
  }
  const rest = () => {
    let [end, list] = [0, EMPTY]
    for (const size of treeSizes(leaves.length)) {
      if (end === older) break
      end += size
      list = poseidon(3, node(end - 1), BigInt(size), list)
    }
    return list
  }
  return [
    ...(halves === null ? [] : [node(halves.older), node(halves.newer)]),
    ...steps.flatMap((step) => [own(step.own), node(step.sibling)]),
    ...(older === 0 ? [] : [rest()]),
    ...newer.map((peak) => node(peak.node)),
  ]
}

/** Inputs of each step, whose states `next` makes of them. */
export function inputsOf(
  { history, script, slots }: { readonly history: bigint; readonly script: Uint8Array; readonly slots: number },
  placed: readonly Placed[],
  next: (input: CircuitInput) => bigint[],
): { readonly inputs: CircuitInput[]; readonly end: readonly bigint[] } {
  let state = paymentStart(poseidon, { history, script, from: 0 })
  const inputs = [...paymentSteps(placed, slots)].map((step) => {
    const input = paymentInput(state, scriptElements(script), step)
    state = next(input)
    return input
  })
  return { inputs, end: state }
}
