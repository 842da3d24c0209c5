import {
  type Block,
  type BlockHash,
  blockHash,
  HEADER_BYTES,
  sameHash,
  sha256d,
  toDisplay,
  transactionId,
} from '../../bitcoin/index.ts'
import { rejection } from '../../lib/index.ts'
import type { BlockSource } from './sources.ts'

/** Headers one after another, the first of them at `startHeight`, and at most one block; its own work is not looked at. */
export function fileBlocks(headers: Uint8Array, startHeight: number, block: Block | undefined): BlockSource {
  const at = (i: number) => headers.subarray(i * HEADER_BYTES, (i + 1) * HEADER_BYTES)
  const find = (hash: BlockHash): number | null => {
    for (let i = Math.floor(headers.length / HEADER_BYTES) - 1; i >= 0; i--) {
      if (sameHash(blockHash(sha256d(at(i))), hash)) return i
    }
    return null
  }
  return {
    async header(hash) {
      const i = find(hash)
      return i === null ? null : at(i)
    },
    async block(hash) {
      if (block !== undefined && sameHash(block.hash, hash)) return { ok: true, block }
      return rejection('no-such-block', block === undefined ? 'no block was given' : 'another block was given')
    },
    async locate(txid) {
      const holds = block?.transactions.some((tx) => toDisplay(transactionId(tx)) === txid) ?? false
      if (block === undefined || !holds) return rejection('unknown-block', 'no block with it was given')
      const i = find(block.hash)
      if (i === null) return rejection('unknown-block', 'the block that holds it is none of the headers given')
      return { ok: true, hash: block.hash, height: startHeight + i }
    },
  }
}
