import { gunzipSync } from 'node:zlib'
import {
  type Block,
  type BlockHash,
  blockHash,
  decodeBlock,
  HEADER_BYTES,
  MAX_BLOCK_BYTES,
  sameHash,
  sha256d,
  toDisplay,
  transactionId,
} from '../../bitcoin/index.ts'
import type { BlockSource } from '../../bus/index.ts'
import { UsageError } from '../exit.ts'
import { readUpTo } from '../inputs.ts'

const GZIP = [0x1f, 0x8b] as const

/** One raw block from a file, gzipped or not. */
export async function readBlock(file: string): Promise<Block> {
  let bytes = await readUpTo(file, MAX_BLOCK_BYTES)
  if (bytes[0] === GZIP[0] && bytes[1] === GZIP[1]) {
    try {
      bytes = new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_BLOCK_BYTES }))
    } catch (cause) {
      throw new UsageError(`${file} cannot be unpacked: ${(cause as Error).message}`, { cause })
    }
  }
  const decoded = decodeBlock(bytes)
  if (decoded.ok) return decoded.block
  throw new UsageError(`${file} is no raw block: ${decoded.reject}: ${decoded.detail}`)
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
