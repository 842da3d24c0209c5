import { z } from 'zod'
import { type Block, decodeBlock, MAX_BLOCK_BYTES } from '../block.ts'
import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import type { BitcoindClient } from './client.ts'
import { BitcoindError } from './errors.ts'
import type { RpcOptions } from './json-rpc.ts'
import { hashSchema, heightSchema } from './schemas.ts'

/** Core: rpc/protocol.h: no such block or transaction, and: pruned, or not downloaded. */
const RPC_INVALID_ADDRESS_OR_KEY = -5
const RPC_MISC_ERROR = -1

const blockSchema = z
  .string()
  .max(2 * MAX_BLOCK_BYTES)
  // No group that repeats: over so many digits that would use up the engine's stack.
  .regex(/^[0-9a-f]*$/)
  .refine((digits) => digits.length % 2 === 0, 'an odd number of digits')
  .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')))

/** A block by its hash; null where the node knows none or has pruned it. Its transactions are not checked here. */
export async function getBlock(
  client: Pick<BitcoindClient, 'call'>,
  hash: BlockHash,
  options: RpcOptions = {},
): Promise<Block | null> {
  const call = client.call({ method: 'getblock', params: [toDisplay(hash), 0], schema: blockSchema }, options)
  const bytes = await orNull(call)
  if (bytes === null) return null
  const decoded = decodeBlock(bytes)
  if (decoded.ok && sameHash(decoded.block.hash, hash)) return decoded.block
  const found = decoded.ok ? 'another block' : `${decoded.reject}: ${decoded.detail}`
  throw new BitcoindError('E_NODE_GARBAGE', `The node’s block ${toDisplay(hash)} is unusable: ${found}.`)
}

const placedSchema = z.object({ blockhash: hashSchema.optional() })
const heightOfSchema = z.object({ height: heightSchema })

/**
 * The block that holds a transaction (`txid` as shown), where the node has an index of transactions (txindex=1); null
 * where it does not know, or the transaction is not in a block.
 */
export async function findTransaction(
  client: Pick<BitcoindClient, 'call'>,
  txid: string,
  options: RpcOptions = {},
): Promise<{ readonly hash: BlockHash; readonly height: number } | null> {
  const call = client.call({ method: 'getrawtransaction', params: [txid, true], schema: placedSchema }, options)
  const hash = (await orNull(call))?.blockhash
  if (hash === undefined) return null
  const about = { method: 'getblockheader', params: [toDisplay(hash)], schema: heightOfSchema }
  const { height } = await client.call(about, options)
  return { hash, height }
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise
  } catch (error) {
    if (!(error instanceof BitcoindError)) throw error
    if (error.rpcCode === RPC_INVALID_ADDRESS_OR_KEY || error.rpcCode === RPC_MISC_ERROR) return null
    throw error
  }
}
