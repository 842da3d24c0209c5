import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type Block, decodeBlock, HEADER_BYTES, strippedBytes } from '../../src/bitcoin/index.ts'

/** Blocks of test/vectors/blocks. */
export const smallBlocks = ['mainnet-100002', 'mainnet-170000'] as const

/** Full blocks of the large data set. */
export const largeBlocks = [
  'mainnet_702861_2c726dafae',
  'mainnet_830000_eb2cffbc1f',
  'mainnet_stale_829613_705727e451',
  'testnet4_72041_9ea3748a93',
] as const

/** A raw block of test/vectors/blocks. */
export function smallBlock(name: (typeof smallBlocks)[number]): Uint8Array {
  return gunzip(readFileSync(new URL(`../vectors/blocks/${name}.bin.gz`, import.meta.url)))
}

export function gunzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gunzipSync(bytes))
}

/** A block that must decode. */
export function block(bytes: Uint8Array): Block {
  const result = decodeBlock(bytes)
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return result.block
}

/** The same block as a node with rpcserialversion=0 gave it: without its witnesses. */
export function withoutWitnesses(raw: Uint8Array): Uint8Array {
  const { transactions } = block(raw)
  const first = transactions[0] as (typeof transactions)[number]
  // Header and count of transactions; the views of the transactions lie in `raw`.
  const head = raw.subarray(0, HEADER_BYTES + (transactions.length < 0xfd ? 1 : 3))
  if (first.bytes.byteOffset - raw.byteOffset !== head.length) throw new Error('the count is of another length')
  return Uint8Array.from(Buffer.concat([head, ...transactions.map(strippedBytes)]))
}
