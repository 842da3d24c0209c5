import { z } from 'zod'
import { type Result, rejection } from '../../lib/index.ts'
import { type Block, decodeBlock, MAX_BLOCK_BYTES } from '../block.ts'
import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import type { BitcoindClient } from './client.ts'
import { BitcoindError } from './errors.ts'
import type { RpcOptions } from './json-rpc.ts'
import { hashSchema, heightSchema } from './schemas.ts'

/** Core: rpc/protocol.h: no such block or transaction; and for all else: pruned, not downloaded, unreadable. */
const RPC_INVALID_ADDRESS_OR_KEY = -5
const RPC_MISC_ERROR = -1

/** What is asked of a client here. */
type BlockClient = Pick<BitcoindClient, 'call'>

const blockSchema = z
  .string()
  .max(2 * MAX_BLOCK_BYTES)
  // No group that repeats: over so many digits that would use up the engine's stack.
  .regex(/^[0-9a-f]*$/)
  .refine((digits) => digits.length % 2 === 0, 'an odd number of digits')
  .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')))

/**
 * A block by its hash; null where the node knows none. Throws E_NODE_PRUNED where it has deleted it, E_NODE_BEHIND where
 * it has yet to download it. Its transactions are not checked here.
 */
export async function getBlock(client: BlockClient, hash: BlockHash, options: RpcOptions = {}): Promise<Block | null> {
  const call = { method: 'getblock', params: [toDisplay(hash), 0], schema: blockSchema }
  let bytes: Uint8Array
  try {
    bytes = await client.call(call, options)
  } catch (error) {
    if (!(error instanceof BitcoindError) || error.rpcCode === undefined) throw error
    if (error.rpcCode === RPC_INVALID_ADDRESS_OR_KEY) return null
    throw error.rpcCode === RPC_MISC_ERROR ? await whyWithout(client, hash, error, options) : error
  }
  const decoded = decodeBlock(bytes)
  if (decoded.ok && sameHash(decoded.block.hash, hash)) return decoded.block
  const found = decoded.ok ? 'another block' : `${decoded.reject}: ${decoded.detail}`
  throw new BitcoindError('E_NODE_GARBAGE', `The node’s block ${toDisplay(hash)} is unusable: ${found}.`)
}

const placeSchema = z.object({ height: heightSchema })
const storedSchema = z.object({ blocks: heightSchema, pruneheight: heightSchema.optional() })

/** Of a block that the node knows of and does not have: Core has one number for all reasons, and words that changed. */
async function whyWithout(
  client: BlockClient,
  hash: BlockHash,
  refused: BitcoindError,
  options: RpcOptions,
): Promise<BitcoindError> {
  const about = { method: 'getblockheader', params: [toDisplay(hash)], schema: placeSchema }
  const { height } = await client.call(about, options)
  const { blocks, pruneheight } = await client.call({ method: 'getblockchaininfo', schema: storedSchema }, options)
  const cause = { cause: refused }
  const block = `block ${toDisplay(hash)} at height ${height}`
  if (pruneheight !== undefined && height < pruneheight) {
    const cure = { act: 'unpruned-node', subject: String(pruneheight) }
    const message = `The node has deleted ${block}: it is pruned, and keeps those from ${pruneheight} on.`
    return new BitcoindError('E_NODE_PRUNED', message, { ...cause, cure })
  }
  if (height > blocks || /download/i.test(refused.message)) {
    return new BitcoindError('E_NODE_BEHIND', `The node has yet to download ${block}; it is at ${blocks}.`, cause)
  }
  return new BitcoindError('E_NODE_UNKNOWN_BLOCK', `The node does not give ${block}: ${refused.message}.`, {
    ...cause,
    cure: { act: 'check-node' },
  })
}

const placedSchema = z.object({ blockhash: hashSchema.optional() })

/** Where a block is. */
export interface BlockPlace {
  readonly hash: BlockHash
  readonly height: number
}

/**
 * The block that holds a transaction (`txid` as shown), where the node has an index of transactions (txindex=1); else
 * why it cannot say, in its own words: it has no such index, is still making it, or knows no such transaction.
 */
export async function findTransaction(
  client: BlockClient,
  txid: string,
  options: RpcOptions = {},
): Promise<Result<BlockPlace, 'unknown-block'>> {
  const call = { method: 'getrawtransaction', params: [txid, true], schema: placedSchema }
  let hash: BlockHash | undefined
  try {
    hash = (await client.call(call, options)).blockhash
  } catch (error) {
    if (!(error instanceof BitcoindError) || error.rpcCode !== RPC_INVALID_ADDRESS_OR_KEY) throw error
    return rejection('unknown-block', error.message)
  }
  if (hash === undefined) return rejection('unknown-block', 'it is in no block yet')
  const about = { method: 'getblockheader', params: [toDisplay(hash)], schema: placeSchema }
  const { height } = await client.call(about, options)
  return { ok: true, hash, height }
}
