import {
  type MerkleTree,
  merkleBranch,
  strippedBytes,
  type Transaction,
  toDisplay,
  transactionId,
} from '../../bitcoin/index.ts'
import type { OpenBlock } from '../../bus/index.ts'
import { equalBytes } from '../../lib/index.ts'
import type { PlacedTransaction } from './compressions.ts'

/** Bytes of a node's two halves, and of a transaction that could be taken for one. */
const NODE_BYTES = 64

/** Which transactions of a block are counted: those that pay to a script, or those that are named. */
export interface Selection {
  readonly script: Uint8Array
  /** As explorers show them; all that pay to the script where it is left out. */
  readonly txids?: ReadonlySet<string> | undefined
}

/** Those of a block, in its order. */
export function selectTransactions(
  { block, body }: OpenBlock,
  height: number,
  selection: Selection,
): PlacedTransaction[] {
  return block.transactions.flatMap((transaction, index) => {
    if (!selects(selection, transaction)) return []
    return [
      { height, index, bytes: Uint8Array.from(strippedBytes(transaction)), branch: merkleBranch(body.txids, index) },
    ]
  })
}

function selects({ script, txids }: Selection, transaction: Transaction): boolean {
  if (txids !== undefined) return txids.has(toDisplay(transactionId(transaction)))
  return transaction.outputs.some((output) => equalBytes(output.script, script))
}

/** Why the circuit refuses a transaction though it is in its block; null where it does not. */
export function unprovable({ bytes, branch, index }: PlacedTransaction, tree: MerkleTree): string | null {
  if (bytes.length === NODE_BYTES) return 'it has 64 bytes'
  for (const [level, sibling] of branch.entries()) {
    const at = index >> level
    const node = tree.levels[level]?.[at] as Uint8Array
    const [left, right] = at % 2 === 1 ? [sibling, node] : [node, sibling]
    if (looksLikeTransaction((i) => (i < 32 ? left : right)[i % 32] as number))
      return 'a node above it has the form of a transaction'
  }
  return null
}

/** NoTransaction of circuits/compute/tx-in-block.circom: one input with a script of s bytes, one output with one of 4 - s. */
function looksLikeTransaction(at: (i: number) => number): boolean {
  const length = at(41)
  return at(4) === 1 && length <= 4 && at(46 + length) === 1 && at(55 + length) === 4 - length
}
