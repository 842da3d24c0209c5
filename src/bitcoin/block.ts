import type { Rejection } from '../lib/index.ts'
import { ByteReader, type DecodeReject, decoding, refuse } from './byte-reader.ts'
import { type BlockHash, blockHash, sha256d } from './hash.ts'
import { decodeHeader, HEADER_BYTES, type Header } from './header.ts'
import { MAX_BLOCK_WEIGHT, readTransaction, type Transaction } from './transaction.ts'

/** Core: consensus/consensus.h, MAX_BLOCK_SERIALIZED_SIZE. */
export const MAX_BLOCK_BYTES = 4_000_000

/** Weight of a header's and a count's byte, and of the smallest transaction (Core: MIN_TRANSACTION_WEIGHT). */
const MAX_TRANSACTIONS = MAX_BLOCK_WEIGHT / (4 * 60)

/** A block whose bytes are well-formed; whether its header commits to its transactions, `checkBlockBody` says. */
export interface Block {
  readonly header: Header
  readonly hash: BlockHash
  readonly headerBytes: Uint8Array
  readonly transactions: readonly Transaction[]
  readonly bytes: Uint8Array
}

/** A well-formed block, or why the bytes are none. */
export type BlockResult = { readonly ok: true; readonly block: Block } | Rejection<DecodeReject>

/**
 * Reads one raw block, as `getblock HASH 0`, REST and block files hold it; every byte must belong to it. Neither work
 * nor Merkle root are checked: see `checkBlockBody`. Nothing is copied and no transaction is hashed.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeBlock, toDisplay } from 'wsc-bitcoin'
 *
 * const result = decodeBlock(await readFile('block.bin'))
 * console.log(result.ok ? result.block.transactions.length : result.reject) // 9
 */
export function decodeBlock(bytes: Uint8Array): BlockResult {
  if (bytes.length > MAX_BLOCK_BYTES) {
    return { ok: false, reject: 'oversize', detail: `${bytes.length} bytes; a block has at most ${MAX_BLOCK_BYTES}` }
  }
  return decoding(() => {
    const reader = new ByteReader(bytes)
    const headerBytes = reader.slice(HEADER_BYTES)
    const count = reader.count(60)
    if (count === 0) refuse('no-transactions', 'a block holds at least its coinbase')
    if (count > MAX_TRANSACTIONS) refuse('oversize', `${count} transactions in a block`)
    const transactions: Transaction[] = []
    while (transactions.length < count) transactions.push(readTransaction(reader))
    if (reader.left > 0) refuse('trailing-bytes', `${reader.left} bytes after the block`)
    const header = decodeHeader(headerBytes)
    const hash = blockHash(sha256d(headerBytes))
    return { ok: true, block: { header, hash, headerBytes, transactions, bytes: reader.bytes } } as const
  })
}
