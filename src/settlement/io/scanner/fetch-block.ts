import { type Block, type BlockHash, checkBlockBody, type NetworkParams, toDisplay } from '../../../bitcoin/index.ts'
import { type BitcoindClient, BitcoindError, getBlock } from '../../../bitcoin/io/index.ts'

const TIMEOUT_MS = 120_000

export interface BlockPlace {
  readonly params: NetworkParams
  readonly height: number
  readonly hash: BlockHash
}

/** A block of the node, with exactly the transactions and witnesses that its hash commits to. */
export async function fetchBlock(
  client: BitcoindClient,
  { params, height, hash }: BlockPlace,
  signal?: AbortSignal,
): Promise<Block> {
  const block = await getBlock(client, hash, { signal, timeoutMs: TIMEOUT_MS })
  if (block === null) {
    const cure = { act: 'check-node' }
    throw new BitcoindError('E_NODE_UNKNOWN_BLOCK', `The node does not know block ${toDisplay(hash)}.`, { cure })
  }
  const body = checkBlockBody(block)
  const stripped = body.ok && body.stripped && height >= params.segwitHeight
  if (body.ok && !stripped) return block
  const found = body.ok ? 'its witnesses are missing (is rpcserialversion=0?)' : `${body.reject}: ${body.detail}`
  const message = `The node gave a wrong block for ${toDisplay(hash)}: ${found}.`
  throw new BitcoindError('E_NODE_GARBAGE', message, { cure: { act: 'check-node' } })
}
