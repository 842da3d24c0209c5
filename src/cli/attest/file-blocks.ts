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
import type { BlockSource } from '../../bus/index.ts'
import { readBlockFile } from '../block-file.ts'
import { UsageError } from '../exit.ts'

/** One raw block from a file, gzipped or not; the header's own work is judged with the attestation. */
export async function readBlock(file: string): Promise<Block> {
  const read = await readBlockFile(file)
  if (read.ok) return read.block
  throw new UsageError(`${file} is no raw block: ${read.reject}: ${read.detail}`)
}

/** Headers of a file, the first of them at `startHeight`, and at most one block. */
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
