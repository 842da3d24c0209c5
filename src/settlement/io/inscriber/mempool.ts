import { z } from 'zod'
import { BitcoindError } from '../../../bitcoin/io/index.ts'
import { amount } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import type { Evicted } from './funding.ts'

/** Core: rpc/protocol.h, RPC_INVALID_ADDRESS_OR_KEY: not in the mempool. */
const NOT_THERE = -5

const entrySchema = z.object({
  vsize: z.int().min(1).max(4_000_000),
  fees: z.object({ modified: amount, descendant: amount }),
})

/** What goes from the mempool where these transactions are replaced: they and all that descends from them. */
export async function evicted(
  client: BitcoindCalls,
  txids: Iterable<string>,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<Evicted> {
  let fee = 0n
  let ownRate = 0
  for (const txid of new Set(txids)) {
    const entry = await entryOf(client, txid, options)
    if (entry === null) continue
    fee += entry.fees.descendant
    ownRate = Math.max(ownRate, Number(entry.fees.modified) / entry.vsize)
  }
  return { fee, ownRate }
}

async function entryOf(client: BitcoindCalls, txid: string, options: { readonly signal?: AbortSignal | undefined }) {
  try {
    return await client.call({ method: 'getmempoolentry', params: [txid], schema: entrySchema }, options)
  } catch (error) {
    if (error instanceof BitcoindError && error.rpcCode === NOT_THERE) return null
    throw error
  }
}
