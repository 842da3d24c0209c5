import {
  type Block,
  type Envelope,
  parseEnvelopes,
  type Transaction,
  toDisplay,
  transactionId,
} from '../bitcoin/index.ts'

/** An inscription with its place in a block. */
export interface FoundInscription {
  /** Display order. */
  readonly txid: string
  /** Number of its transaction in the block. */
  readonly txIndex: number
  readonly tx: Transaction
  readonly envelope: Envelope
}

/**
 * Every inscription of a block, in the order of ord's numbers. A transaction is hashed only when it holds one.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeBlock, scanBlock } from 'wsc-bitcoin'
 *
 * const result = decodeBlock(await readFile('block.bin'))
 * console.log(result.ok ? [...scanBlock(result.block)].length : result.reject) // 0
 */
export function* scanBlock(block: Pick<Block, 'transactions'>): Generator<FoundInscription, void> {
  for (const [txIndex, tx] of block.transactions.entries()) {
    const envelopes = parseEnvelopes(tx)
    if (envelopes.length === 0) continue
    const txid = toDisplay(transactionId(tx))
    for (const envelope of envelopes) yield { txid, txIndex, tx, envelope }
  }
}
