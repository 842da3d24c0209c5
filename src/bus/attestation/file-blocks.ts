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
import type { BlockSource } from './attestor.ts'

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
    block: async (hash) => (block !== undefined && sameHash(block.hash, hash) ? block : null),
    async locate(txid) {
      const holds = block?.transactions.some((tx) => toDisplay(transactionId(tx)) === txid) ?? false
      if (block === undefined || !holds) return null
      const i = find(block.hash)
      return i === null ? null : { hash: block.hash, height: startHeight + i }
    },
  }
}
