import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { fromDisplay } from '../../../bitcoin/index.ts'
import { BitcoindError } from '../../../bitcoin/io/index.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { amount } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import type { OnNote } from './notes.ts'
import type { Coin } from './transactions.ts'

/** Core: consensus/consensus.h, COINBASE_MATURITY: spendable in the block after so many confirmations. */
const COINBASE_MATURITY = 100
/** Core: rpc/protocol.h, RPC_INVALID_PARAMETER: said of a second scan too. */
const INVALID_PARAMETER = -8
/** A scan reads the whole set of unspent outputs: minutes on mainnet. */
const SCAN_TIMEOUT_MS = 1_800_000
const POLL_MS = 1_000

const uint32 = z.int().min(0).max(0xffff_ffff)

const txid = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => new Uint8Array(fromDisplay(text)))

const scanSchema = z.object({
  success: z.literal(true),
  height: uint32,
  unspents: z.array(z.object({ txid, vout: uint32, amount, height: uint32, coinbase: z.boolean().optional() })),
})

/** The coins of an address, as bitcoind’s set of unspent outputs has them. */
export interface WalletCoins {
  readonly spendable: readonly Coin[]
  /** Outputs of a coinbase that are too young to be spent. */
  readonly immature: readonly Coin[]
}

/** How the set of unspent outputs is asked. */
export interface CoinScanOptions {
  readonly signal?: AbortSignal | undefined
  /** Told where another scan is waited for. */
  readonly onNote?: OnNote
}

/**
 * Confirmed unspent outputs of the wallet's address, out of the node's whole set: needs no wallet of the node. A node
 * runs one such scan at a time; one that runs already is waited for, and one that is no longer wanted is stopped.
 *
 * @example
 * import { BitcoindClient, regtest, Wallet, walletCoins } from 'wsc-bitcoin'
 *
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:9' })
 * const wallet = new Wallet(regtest, new Uint8Array(32).fill(1))
 * const found = await walletCoins(client, wallet).then(({ spendable }) => spendable.length, (error) => error.code)
 * console.log(found) // E_NODE_UNREACHABLE
 */
export async function walletCoins(
  client: BitcoindCalls,
  wallet: Pick<Wallet, 'script'>,
  options: CoinScanOptions = {},
): Promise<WalletCoins> {
  const { height, unspents } = await scan(client, `raw(${Buffer.from(wallet.script).toString('hex')})`, options)
  const young = ({ coinbase, height: at }: (typeof unspents)[number]) =>
    coinbase === true && height - at + 1 < COINBASE_MATURITY
  const coin = (one: (typeof unspents)[number]): Coin => ({ txid: one.txid, vout: one.vout, value: one.amount })
  return {
    spendable: unspents.filter((one) => !young(one)).map(coin),
    immature: unspents.filter(young).map(coin),
  }
}

async function scan(client: BitcoindCalls, descriptor: string, { signal, onNote }: CoinScanOptions) {
  const call = { method: 'scantxoutset', params: ['start', [descriptor]], schema: scanSchema }
  const deadline = performance.now() + SCAN_TIMEOUT_MS
  for (let waited = false; ; waited = true) {
    try {
      return await client.call(call, { signal, timeoutMs: SCAN_TIMEOUT_MS })
    } catch (error) {
      if (!isBusy(error)) {
        // The node would go on with it for minutes.
        if (signal?.aborted) await stopScan(client)
        throw error
      }
      if (performance.now() > deadline) throw error
    }
    if (!waited) onNote?.({ kind: 'scan-waits' })
    while (await isScanning(client, signal)) await delay(POLL_MS, undefined, { signal })
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof BitcoindError && error.rpcCode === INVALID_PARAMETER && /in progress/i.test(error.message)
}

async function isScanning(client: BitcoindCalls, signal: AbortSignal | undefined): Promise<boolean> {
  const schema = z.object({ progress: z.number() }).nullable()
  return (await client.call({ method: 'scantxoutset', params: ['status'], schema }, { signal })) !== null
}

async function stopScan(client: BitcoindCalls): Promise<void> {
  try {
    await client.call({ method: 'scantxoutset', params: ['abort'], schema: z.boolean() })
  } catch {
    // Interrupted is what the caller hears; a node that is gone scans nothing.
  }
}
