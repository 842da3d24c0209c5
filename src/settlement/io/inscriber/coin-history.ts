import { z } from 'zod'
import {
  decodeWholeTransaction,
  type NetworkParams,
  type Transaction,
  toDisplay,
  transactionId,
} from '../../../bitcoin/index.ts'
import { BitcoindError } from '../../../bitcoin/io/index.ts'
import { hash256, hexToBytes, satoshis, uint32 } from '../../../lib/index.ts'
import { firstInscriptionHeight } from '../../first-inscription.ts'
import { cameFrom, inscribes, type SatRange } from '../../sats/trace.ts'
import type { Store } from '../store.ts'
import { amount } from './bitcoind-calls.ts'
import type { BitcoindCalls, CallOptions } from './client.ts'
import type { OnNote } from './notes.ts'
import type { Coin } from './transactions.ts'

/**
 * What the sats of a coin have been through: `plain` where no inscription is on any of them, `inscribed` where one is,
 * `unknown` where the node cannot show it or the way back is too long.
 */
export type CoinState = 'plain' | 'inscribed' | 'unknown'

/** Transactions on the way back; at a few milliseconds each, seconds. */
const MAX_STEPS = 5_000
/** After so many it is told that it takes time, and again after as many. */
const TELL_EVERY = 1_000
/** A shorter way is as soon gone again. */
const WORTH_KEEPING = 8
/** So deep that no reorg brings another history. */
const DEEP = 6
const TIMEOUT_MS = 120_000

export interface CoinHistoryOptions {
  readonly client: BitcoindCalls
  readonly params: NetworkParams
  /** Keeps what was found out at length. */
  readonly store?: Store | undefined
  readonly onNote?: OnNote
}

/** Follows the sats of coins back to the coinbases they come from, or to the first block that could inscribe them. */
export class CoinHistory {
  readonly #options: CoinHistoryOptions

  constructor(options: CoinHistoryOptions) {
    this.#options = options
  }

  /** Of a confirmed coin. */
  async stateOf(coin: Coin, options: CallOptions = {}): Promise<CoinState> {
    const placed = await this.#place(coin, options)
    if (placed === null) return 'unknown'
    const walk: Walk = { steps: 0, deep: placed.height + placed.confirmations - DEEP, frontier: [] }
    const state = await this.#walk({ ...placed, from: 0n, to: coin.value }, walk, options)
    if (state === 'plain' && walk.steps >= WORTH_KEEPING) await this.#keep(walk.frontier)
    return state
  }

  async #walk(start: Sats, walk: Walk, options: CallOptions): Promise<CoinState> {
    const { params, onNote } = this.#options
    const first = firstInscriptionHeight(params)
    const todo = [start]
    if (start.height <= walk.deep) walk.frontier.push(start)
    const seen = new Set<string>()
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { txid, vout, height, from, to } = next
      const id = `${keyOf(next)}:${from}:${to}`
      if (height < first || seen.has(id) || (await this.#known(next))) continue
      seen.add(id)
      if (++walk.steps > MAX_STEPS) return 'unknown'
      if (walk.steps % TELL_EVERY === 0) {
        onNote?.({ kind: 'long-history', coin: `${start.txid}:${start.vout}`, steps: walk.steps })
      }
      const found = await this.#transaction(txid, height, options)
      if (found === null) return 'unknown'
      // Fees that miners took are new to their coinbase: what was lost in them is nobody's inscription to keep.
      if (found.spent === null) continue
      const range = { output: vout, from, to }
      if (inscribes(found.tx, found.spent, range)) return 'inscribed'
      for (const { input, ...sats } of cameFrom(found.tx, found.spent, range)) {
        const { prevoutTxid, prevoutIndex } = found.tx.inputs[input]!
        const before = { txid: toDisplay(prevoutTxid), vout: prevoutIndex, height: found.spent[input]!.height, ...sats }
        todo.push(before)
        if (height > walk.deep && before.height <= walk.deep) walk.frontier.push(before)
      }
    }
    return 'plain'
  }

  /** Whoever comes by here again, with these sats or some of them, need not go on: a wallet's change grows a long tail. */
  async #keep(plain: readonly Sats[]): Promise<void> {
    const puts = plain.map((sats) => {
      const value = { from: sats.from.toString(), to: sats.to.toString() }
      return { type: 'put', key: keyOf(sats), value } as const
    })
    await this.#options.store?.batch(puts, { sync: false })
  }

  async #known(sats: Sats): Promise<boolean> {
    const kept = keptSchema.safeParse(await this.#options.store?.get(keyOf(sats)))
    return kept.success && BigInt(kept.data.from) <= sats.from && sats.to <= BigInt(kept.data.to)
  }

  /** Where a coin is in the chain; null where it is spent, or unconfirmed. */
  async #place({ txid, vout }: Coin, options: CallOptions) {
    const { client } = this.#options
    const shown = toDisplay(txid as never)
    const out = await client.call({ method: 'gettxout', params: [shown, vout, false], schema: outSchema }, options)
    if (out === null || out.confirmations < 1) return null
    const about = { method: 'getblockheader', params: [out.bestblock], schema: headerSchema }
    const { height } = await client.call(about, options)
    return { txid: shown, vout, height: height - out.confirmations + 1, confirmations: out.confirmations }
  }

  /** With what it spends, null for a coinbase. Null where the node does not have it, or not what it spends. */
  async #transaction(txid: string, height: number, options: CallOptions): Promise<Found | null> {
    const { client } = this.#options
    const hash = await client.getBlockHash(height, options)
    if (hash === undefined) return null
    const call = { method: 'getrawtransaction', params: [txid, 2, toDisplay(hash)], schema: transactionSchema }
    const answer = await client.call(call, { ...options, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
      // Pruned, not on the chain any more, or a node that does not know this form of the question.
      if (error instanceof BitcoindError && error.rpcCode !== undefined) return null
      throw error
    })
    const read = answer === null ? null : decodeWholeTransaction(hexToBytes(answer.hex))
    if (answer === null || read === null || !read.ok || toDisplay(transactionId(read.tx)) !== txid) return null
    if (answer.vin.length === 1 && answer.vin[0]?.coinbase !== undefined) return { tx: read.tx, spent: null }
    const spent = answer.vin.flatMap(({ prevout }) => (prevout === undefined ? [] : [prevout]))
    return spent.length === read.tx.inputs.length ? { tx: read.tx, spent } : null
  }
}

interface Sats extends SatRange {
  /** As shown. */
  readonly txid: string
  readonly vout: number
  readonly height: number
}

/** One look at a coin. */
interface Walk {
  /** Transactions so far. */
  steps: number
  /** No reorg is expected at this height or below. */
  readonly deep: number
  /** Where the way first comes so deep. */
  readonly frontier: Sats[]
}

interface Found {
  readonly tx: Transaction
  readonly spent: readonly { readonly value: bigint; readonly height: number }[] | null
}

const outSchema = z.object({ bestblock: hash256, confirmations: uint32 }).nullable()
const headerSchema = z.object({ height: uint32 })
const transactionSchema = z.object({
  hex: z
    .string()
    .max(8_000_000)
    .refine((digits) => digits.length % 2 === 0 && !/[^0-9a-f]/.test(digits), 'must be whole bytes in hexadecimal'),
  vin: z.array(
    z.object({
      coinbase: z.string().optional(),
      /** Bitcoin Core since 25. */
      prevout: z.object({ value: amount, height: uint32 }).optional(),
    }),
  ),
})

const keptSchema = z.strictObject({ from: satoshis, to: satoshis })

function keyOf({ txid, vout }: Pick<Sats, 'txid' | 'vout'>): string {
  return `plain:${txid}:${vout}`
}
