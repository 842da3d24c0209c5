import {
  type BlockSource,
  emptyAccumulator,
  leafOf,
  openBlock,
  type PlaceSource,
  type Poseidon,
  type ProvedChain,
} from '../../bus/index.ts'
import { throwIfAborted } from '../../lib/index.ts'
import { computeError } from '../errors.ts'
import { climbOf, type OpenedHeader } from '../transactions/climb.ts'
import type { Placed } from '../transactions/payment-steps.ts'
import { type Selection, selectTransactions, unprovable } from '../transactions/select-transactions.ts'

/** Blocks from where to where, and how they are found in a proved chain. */
export interface CollectOptions extends Selection {
  readonly from: number
  readonly to: number
  readonly chain: Pick<ProvedChain, 'height' | 'anchor'>
  readonly places: PlaceSource
  readonly blocks: Pick<BlockSource, 'block'>
  readonly poseidon: Poseidon
  readonly signal?: AbortSignal | undefined
  onProgress?(done: number, total: number): void
}

/**
 * Reads blocks and picks transactions out of them. Throws E_INPUT where a block is not to be had, a transaction that was
 * named is in none of them, or one that is picked cannot be proved.
 */
export async function collectTransactions(options: CollectOptions): Promise<Placed[]> {
  const { from, to, places, blocks, chain, txids, poseidon, signal, onProgress } = options
  const empty = emptyAccumulator(poseidon).commitment
  const start = chain.anchor?.height ?? 0
  const all: Placed[] = []
  for (let height = from; height <= to; height++) {
    throwIfAborted(signal)
    const hash = await places.hashAt(height, signal)
    if (hash === null) throw computeError('E_INPUT', `the proved chain has no block at height ${height}`)
    const found = await blocks.block(hash, signal)
    if (!found.ok) throw computeError('E_INPUT', `the block at height ${height}: ${found.detail}`)
    const opened = openBlock(found.block)
    if (!opened.ok) throw computeError('E_INPUT', `the block at height ${height}: ${opened.detail}`)
    const picked = selectTransactions(opened.open, height, options)
    onProgress?.(height - from + 1, to - from + 1)
    if (picked.length === 0) continue
    const { path } = await places.place(height, signal)
    const count = chain.height - start + 1
    const header: OpenedHeader = {
      leaf: leafOf(height, found.block.hash, found.block.header),
      climb: climbOf({ count, index: height - start, path }, empty),
    }
    for (const transaction of picked) {
      const why = unprovable(transaction, opened.open.body.txids)
      if (why !== null) throw computeError('E_INPUT', `transaction ${transaction.index} of block ${height}: ${why}`)
      all.push({ transaction, header })
    }
  }
  if (txids !== undefined && all.length !== txids.size) {
    const missing = txids.size - all.length
    throw computeError('E_INPUT', `${missing} of the transactions named are not in blocks ${from} to ${to}`)
  }
  return all
}
