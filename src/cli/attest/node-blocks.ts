import { encodeHeader } from '../../bitcoin/index.ts'
import { findTransaction, getBlock, type NodeClient } from '../../bitcoin/node/index.ts'
import type { BlockSource } from '../../bus/index.ts'

const within = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

export function nodeBlocks(client: NodeClient): BlockSource {
  return {
    async header(hash, signal) {
      const header = await client.getHeader(hash, within(signal))
      return header === undefined ? null : encodeHeader(header)
    },
    block: (hash, signal) => getBlock(client, hash, within(signal)),
    locate: (txid, signal) => findTransaction(client, txid, within(signal)),
  }
}
