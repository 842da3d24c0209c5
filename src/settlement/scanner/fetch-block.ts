import { z } from 'zod'
import { type Block, type BlockHash, checkBlockBody, decodeBlock, sameHash, toDisplay } from '../../bitcoin/index.ts'
import { type NodeClient, NodeError } from '../../bitcoin/node/index.ts'

const TIMEOUT_MS = 120_000

const rawSchema = z
  .string()
  .max(8_000_000)
  .regex(/^([0-9a-f]{2})+$/)
  .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')))

/** A block of the node, with exactly the transactions and witnesses that its hash commits to. */
export async function fetchBlock(client: NodeClient, hash: BlockHash, signal?: AbortSignal): Promise<Block> {
  const call = { method: 'getblock', params: [toDisplay(hash), 0], schema: rawSchema }
  const decoded = decodeBlock(await client.call(call, { signal, timeoutMs: TIMEOUT_MS }))
  if (!decoded.ok) throw garbage(hash, `${decoded.reject}: ${decoded.detail}`)
  const { block } = decoded
  if (!sameHash(block.hash, hash)) throw garbage(hash, `it gave ${toDisplay(block.hash)}`)
  const body = checkBlockBody(block)
  if (!body.ok) throw garbage(hash, `${body.reject}: ${body.detail}`)
  return block
}

function garbage(hash: BlockHash, found: string): NodeError {
  const message = `The node gave a wrong block for ${toDisplay(hash)}: ${found}. Is its database damaged?`
  return new NodeError('E_NODE_GARBAGE', message)
}
