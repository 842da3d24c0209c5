import type { Block } from '../block.ts'
import type { BlockHash } from '../hash.ts'
import { encodeHeader } from '../header.ts'
import { findTransaction, getBlock } from './blocks.ts'
import type { BitcoindClient } from './client.ts'

/** Blocks of a node, as attestations are made of (`BlockSource` of the bus). */
export interface BitcoindBlocks {
  header(hash: BlockHash, signal?: AbortSignal): Promise<Uint8Array | null>
  block(hash: BlockHash, signal?: AbortSignal): Promise<Block | null>
  locate(txid: string, signal?: AbortSignal): Promise<{ readonly hash: BlockHash; readonly height: number } | null>
}

const within = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

/**
 * Where an `Attestor` gets blocks: a node.
 *
 * @example
 * import { BitcoindClient, bitcoindBlocks } from 'wsc-bitcoin'
 *
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:9', auth: { kind: 'cookie', file: '.cookie' } })
 * const found = await bitcoindBlocks(client).locate('00'.repeat(32)).catch((error) => error.name)
 * client.close()
 * console.log(found) // BitcoindError
 */
export function bitcoindBlocks(client: BitcoindClient): BitcoindBlocks {
  return {
    async header(hash, signal) {
      const header = await client.getHeader(hash, within(signal))
      return header === undefined ? null : encodeHeader(header)
    },
    block: (hash, signal) => getBlock(client, hash, within(signal)),
    locate: (txid, signal) => findTransaction(client, txid, within(signal)),
  }
}
