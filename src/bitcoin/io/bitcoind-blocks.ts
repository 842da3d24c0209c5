import { type Result, rejection } from '../../lib/index.ts'
import type { Block } from '../block.ts'
import type { BlockHash } from '../hash.ts'
import { encodeHeader } from '../header.ts'
import { type BlockPlace, findTransaction, getBlock } from './blocks.ts'
import type { BitcoindClient } from './client.ts'
import { BitcoindError } from './errors.ts'

/** Blocks of a node, as attestations are made of (`BlockSource` of the bus). */
export interface BitcoindBlocks {
  header(hash: BlockHash, signal?: AbortSignal): Promise<Uint8Array | null>
  block(hash: BlockHash, signal?: AbortSignal): Promise<Result<{ readonly block: Block }, 'no-such-block'>>
  locate(txid: string, signal?: AbortSignal): Promise<Result<BlockPlace, 'unknown-block'>>
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
    async block(hash, signal) {
      try {
        const block = await getBlock(client, hash, within(signal))
        return block === null ? rejection('no-such-block', 'the node knows no such block') : { ok: true, block }
      } catch (error) {
        if (!(error instanceof BitcoindError) || error.code !== 'E_NODE_PRUNED') throw error
        return rejection('no-such-block', error.message)
      }
    },
    locate: (txid, signal) => findTransaction(client, txid, within(signal)),
  }
}
