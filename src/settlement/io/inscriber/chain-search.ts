import { z } from 'zod'
import {
  type BlockHash,
  fromDisplay,
  Misfit,
  readMoving,
  sameHash,
  type Transaction,
  toDisplay,
  transactionId,
} from '../../../bitcoin/index.ts'
import { BitcoindError, getBlock } from '../../../bitcoin/io/index.ts'
import { type Cure, equalBytes } from '../../../lib/index.ts'
import type { BitcoindCalls } from './client.ts'

/** Core: rpc/protocol.h, RPC_METHOD_NOT_FOUND. */
const METHOD_NOT_FOUND = -32601
const BLOCK_TIMEOUT_MS = 120_000

const id = z.string().regex(/^[0-9a-f]{64}$/)

type Options = { readonly signal?: AbortSignal | undefined }

/** An output, its transaction as shown. */
export interface Outpoint {
  readonly txid: string
  readonly vout: number
}

const stateSchema = z.object({ blocks: z.int().min(0).max(0xffff_ffff), initialblockdownload: z.boolean() })

/** Throws E_NODE_BEHIND where the node has yet to see what happened up to a height. */
export async function requireCaughtUp(client: BitcoindCalls, height: number, options: Options): Promise<void> {
  const state = await client.call({ method: 'getblockchaininfo', schema: stateSchema }, options)
  if (state.blocks >= height && !state.initialblockdownload) return
  const found = state.initialblockdownload
    ? 'it is still downloading blocks'
    : `its tip is ${state.blocks}, and what is asked about was begun at ${height}`
  throw behind(`The node is behind: ${found}.`, { act: 'wait-until-synced' })
}

export function behind(message: string, cure?: Cure): BitcoindError {
  return new BitcoindError('E_NODE_BEHIND', message, cure === undefined ? {} : { cure })
}

interface PlacedHash {
  readonly height: number
  readonly hash: BlockHash
}

/**
 * Looks at the blocks of the active chain, from a height on, until one gives something; anew where the chain changed
 * meanwhile, so that what is found, and that nothing is, is true of one chain.
 */
async function searchChain<T extends {}>(
  client: BitcoindCalls,
  from: number,
  options: Options,
  look: (block: PlacedHash) => Promise<T | null>,
): Promise<T | null> {
  return await readMoving<T | null>(async () => {
    const tip = await client.getBlockCount(options)
    const before = await client.getBlockHash(tip, options)
    let found: T | null = null
    for (let height = Math.max(0, from); height <= tip && found === null; height++) {
      const hash = height === tip ? before : await client.getBlockHash(height, options)
      if (hash === undefined) break
      found = await look({ height, hash })
    }
    const after = await client.getBlockHash(tip, options)
    if (before !== undefined && after !== undefined && sameHash(before, after)) return found
    return new Misfit(`another block at ${tip}`, () => behind('The chain keeps changing while it is searched.'))
  })
}

const blockSchema = z.object({ tx: z.array(id) })

/** Height of the block of the active chain, from a height on, that holds a transaction; null where none does. */
export async function findInChain(
  client: BitcoindCalls,
  txid: string,
  from: number,
  options: Options,
): Promise<number | null> {
  const found = await searchChain(client, from, options, async ({ height, hash }) => {
    const call = { method: 'getblock', params: [toDisplay(hash), 1], schema: blockSchema }
    const { tx } = await client.call(call, { ...options, timeoutMs: BLOCK_TIMEOUT_MS })
    return tx.includes(txid) ? { height } : null
  })
  return found?.height ?? null
}

export interface Spender {
  readonly txid: string
  /** Null in the mempool. */
  readonly height: number | null
}

/** The transaction that spends one of these outputs, in a block from a height on, or in the mempool. */
export async function findSpender(
  client: BitcoindCalls,
  coins: readonly Outpoint[],
  from: number,
  options: Options,
): Promise<Spender | null> {
  const found = await findSpendingBlock(client, coins, from, options)
  if (found !== null) return { txid: toDisplay(transactionId(found.transaction)), height: found.height }
  const txid = await spenderInMempool(client, coins, options)
  return txid === null ? null : { txid, height: null }
}

/** The transaction that spends one of these outputs in a block from a height on, and that block's height. */
export async function findSpendingBlock(
  client: BitcoindCalls,
  coins: readonly Outpoint[],
  from: number,
  options: Options,
): Promise<{ readonly transaction: Transaction; readonly height: number } | null> {
  const outpoints = coins.map(({ txid, vout }) => ({ txid: fromDisplay(txid), vout }))
  return await searchChain(client, from, options, async ({ height, hash }) => {
    const block = await getBlock(client, hash, { ...options, timeoutMs: BLOCK_TIMEOUT_MS })
    if (block === null) {
      const cure = { act: 'check-node' }
      throw new BitcoindError('E_NODE_UNKNOWN_BLOCK', `The node does not know block ${toDisplay(hash)}.`, { cure })
    }
    const transaction = block.transactions.find(({ inputs }) =>
      inputs.some(({ prevoutTxid, prevoutIndex }) =>
        outpoints.some(({ txid, vout }) => vout === prevoutIndex && equalBytes(txid, prevoutTxid)),
      ),
    )
    return transaction === undefined ? null : { transaction, height }
  })
}

const spendersSchema = z.array(z.object({ spendingtxid: id.optional() }))

async function spenderInMempool(client: BitcoindCalls, coins: readonly Outpoint[], options: Options) {
  const params = [coins.map(({ txid, vout }) => ({ txid, vout }))]
  try {
    const found = await client.call({ method: 'gettxspendingprevout', params, schema: spendersSchema }, options)
    return found.find(({ spendingtxid }) => spendingtxid !== undefined)?.spendingtxid ?? null
  } catch (error) {
    // Core before 24.
    if (error instanceof BitcoindError && error.rpcCode === METHOD_NOT_FOUND) return null
    throw error
  }
}
