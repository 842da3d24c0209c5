import { randomBytes } from 'node:crypto'
import { Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import { blockHash, toDisplay } from '../../../bitcoin/index.ts'
import { BitcoindError } from '../../../bitcoin/io/index.ts'
import { settlementError } from '../../errors.ts'
import type { BitcoindCalls } from './client.ts'
import type { Coin } from './transactions.ts'

/** Core: rpc/protocol.h, RPC_VERIFY_… */
const VERIFY = { error: -25, rejected: -26, alreadyInUtxoSet: -27 } as const
/** A raw transaction of 400,000 weight units in hex, and the block that is made of it. */
const SEND_TIMEOUT_MS = 120_000
/**
 * Core refuses transactions that pay more than 0.1 BTC/kvB unless told otherwise: a small child that pays for a large
 * reveal does. The cap on fees is on the package, and checked before.
 */
const NO_MAX_FEE_RATE = 0

/** RPC gives amounts as decimal numbers of bitcoins; below 2^53 satoshis the nearest number is exact. */
export const amount = z
  .number()
  .min(0)
  .max(21_000_000)
  .transform((bitcoins) => BigInt(Math.round(bitcoins * 1e8)))

type Options = { readonly signal?: AbortSignal | undefined }

const acceptSchema = z
  .array(
    z.object({
      allowed: z.boolean().optional(),
      'reject-reason': z.string().optional(),
      'package-error': z.string().optional(),
    }),
  )
  .min(1)

const KNOWN = new Set(['txn-already-in-mempool', 'txn-already-known', 'txn-same-nonwitness-data-in-mempool'])

/** Null where the node would take them all, one after the other; otherwise its reject reason. */
export async function rejectReason(
  client: BitcoindCalls,
  hex: readonly string[],
  options: Options = {},
): Promise<string | null> {
  const call = { method: 'testmempoolaccept', params: [hex, NO_MAX_FEE_RATE], schema: acceptSchema }
  const results = await client.call(call, { ...options, timeoutMs: SEND_TIMEOUT_MS })
  for (const result of results) {
    const reason = result['reject-reason'] ?? result['package-error']
    if (reason !== undefined && !KNOWN.has(reason)) return reason
  }
  // Each of a package is judged only when it holds together; then every one says so.
  return results.every(({ allowed, ...rest }) => allowed === true || KNOWN.has(rest['reject-reason'] ?? ''))
    ? null
    : 'package-not-validated'
}

const OP_RETURN = 0x6a

/** What an output that nobody can spend pays at most: unless told so much, a node refuses to send it. */
function greatestBurn(hex: string): bigint {
  const burns = Transaction.fromHex(hex).outs.filter(({ script }) => script[0] === OP_RETURN)
  return burns.reduce((most, { value }) => (value > most ? value : most), 0n)
}

/** Hands a transaction to the node; one that it has, or that is confirmed, is fine. Throws E_POLICY where it refuses. */
export async function send(client: BitcoindCalls, hex: string, options: Options = {}): Promise<void> {
  // An older node does not know the last of these; it is left out where nothing is burned.
  const burn = greatestBurn(hex)
  const params = burn === 0n ? [hex, NO_MAX_FEE_RATE] : [hex, NO_MAX_FEE_RATE, Number(burn) / 1e8]
  const call = { method: 'sendrawtransaction', params, schema: z.string() }
  try {
    await client.call(call, { ...options, timeoutMs: SEND_TIMEOUT_MS })
  } catch (error) {
    if (error instanceof BitcoindError && error.rpcCode === VERIFY.alreadyInUtxoSet) return
    throw asRefusal(error)
  }
}

/**
 * Mines one block of exactly these transactions, past the mempool's policy; regtest has this call. Throws E_POLICY where
 * they are invalid.
 */
export async function mineDirectly(
  client: BitcoindCalls,
  hex: readonly string[],
  options: Options = {},
): Promise<void> {
  // A number, OP_DROP, OP_TRUE: nobody's coins, so that the wallet's balance shows what inscribing costs; and a block
  // mined again after a reorg is another block.
  const output = `raw(04${randomBytes(4).toString('hex')}7551)`
  const call = { method: 'generateblock', params: [output, hex], schema: z.object({ hash: z.string() }) }
  try {
    await client.call(call, { ...options, timeoutMs: SEND_TIMEOUT_MS })
  } catch (error) {
    throw asRefusal(error)
  }
}

/** A refusal is about this transaction: others may fare better. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof BitcoindError)) return error
  if (error.rpcCode !== VERIFY.error && error.rpcCode !== VERIFY.rejected) return error
  const message = `the node refuses a transaction: ${error.message}. It is kept.`
  return settlementError('E_POLICY', message, { cause: error, cure: { act: 'resume-later' } })
}

const outSchema = z.object({ confirmations: z.int().min(0).max(0xffff_ffff) }).nullable()

/**
 * Confirmations of an unspent output, 0 in the mempool; null where it is spent, or the node does not know it. Spent in
 * the mempool counts as spent unless `mempool` is false; then what is only there is not known either.
 */
export async function confirmationsOf(
  client: BitcoindCalls,
  id: string,
  vout: number,
  options: Options & { readonly mempool?: boolean } = {},
): Promise<number | null> {
  const { mempool = true, ...rest } = options
  const call = { method: 'gettxout', params: [id, vout, mempool], schema: outSchema }
  return (await client.call(call, rest))?.confirmations ?? null
}

/** So many calls in one request. */
const BATCH = 500

/** Those of confirmed coins that nothing in the mempool spends. */
export async function unspentIn(client: BitcoindCalls, coins: readonly Coin[], options: Options = {}): Promise<Coin[]> {
  const left: Coin[] = []
  for (let from = 0; from < coins.length; from += BATCH) {
    const some = coins.slice(from, from + BATCH)
    const calls = some.map(({ txid, vout }) => {
      return { method: 'gettxout', params: [toDisplay(blockHash(txid)), vout, true], schema: outSchema }
    })
    const found = await client.batch(calls, { ...options, timeoutMs: SEND_TIMEOUT_MS })
    left.push(...some.filter((_, i) => found[i] !== null))
  }
  return left
}

const estimateSchema = z.object({ feerate: z.number().min(0).max(21_000_000).optional() })
const mempoolSchema = z.object({
  mempoolminfee: z.number().min(0).max(21_000_000),
  minrelaytxfee: z.number().min(0).max(21_000_000),
})

/** Satoshis a virtual byte for a block within the next six. Throws E_FEE_ESTIMATE where the node cannot say. */
export async function estimateFeeRate(client: BitcoindCalls, weak: boolean, options: Options = {}): Promise<number> {
  const { feerate } = await client.call({ method: 'estimatesmartfee', params: [6], schema: estimateSchema }, options)
  const mempool = await client.call({ method: 'getmempoolinfo', schema: mempoolSchema }, options)
  const least = Math.max(mempool.mempoolminfee, mempool.minrelaytxfee) * 1e5
  if (feerate !== undefined) return Math.max(feerate * 1e5, least)
  // A private chain has no fees to learn from.
  if (weak) return Math.max(1, least)
  throw settlementError('E_FEE_ESTIMATE', 'The node cannot estimate fees yet.', { cure: { act: 'give-fee-rate' } })
}
