import { Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { BitcoindClient, BitcoindError, type RpcCall, type RpcOptions } from '../../src/bitcoin/io/index.ts'
import { MempoolModel } from './mempool-model.ts'

/**
 * The client of a node whose mempool relays envelopes, as Bitcoin Core's does: a real node for everything but the
 * mempool, which is kept here, since the nodes at hand may refuse envelopes by policy.
 */
export class RelayingClient extends BitcoindClient {
  readonly #node: RegtestBitcoind
  readonly #mempool = new MempoolModel(async (txid, vout) => {
    const call = { method: 'gettxout', params: [txid, vout, false], schema: z.object({ value: z.number() }) }
    return Math.round((await super.call(call)).value * 1e8)
  })
  /** Refuses what it names a reason for, tested together or sent alone. */
  refuse: ((txs: readonly Transaction[]) => string | undefined) | undefined

  constructor(node: RegtestBitcoind) {
    super({ url: node.url, auth: node.auth })
    this.#node = node
  }

  get pool(): Map<string, Transaction> {
    return this.#mempool.pool
  }

  /** Confirms everything that waits. */
  async confirm(): Promise<void> {
    await this.#node.generateBlock([...this.pool.values()].map((tx) => tx.toHex()))
    this.pool.clear()
  }

  override async batch<T>(calls: readonly RpcCall<T>[], options: RpcOptions = {}): Promise<T[]> {
    return await Promise.all(calls.map((call) => this.call(call, options)))
  }

  override async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    const params = call.params ?? []
    if (call.method === 'testmempoolaccept') {
      const txs = (params[0] as string[]).map((hex) => Transaction.fromHex(hex))
      const reason = this.refuse?.(txs)
      if (reason !== undefined) return call.schema.parse(txs.map(() => ({ 'reject-reason': reason })))
      const poor = txs.length === 1 && !(await this.#mempool.outpays(txs[0]!))
      return call.schema.parse(txs.map(() => (poor ? { 'reject-reason': 'insufficient fee' } : { allowed: true })))
    }
    if (call.method === 'sendrawtransaction') {
      const tx = Transaction.fromHex(params[0] as string)
      const reason = this.refuse?.([tx])
      if (reason !== undefined) throw new BitcoindError('E_NODE_RPC', reason, { rpcCode: -26 })
      return call.schema.parse(this.#mempool.take(tx))
    }
    if (call.method === 'getmempoolentry') {
      const tx = this.pool.get(params[0] as string)
      if (tx === undefined) throw new BitcoindError('E_NODE_RPC', 'Transaction not in mempool', { rpcCode: -5 })
      return call.schema.parse(await this.#mempool.entry(tx))
    }
    if (call.method === 'gettxout' && params[2] === true) {
      const [txid, vout] = params as [string, number]
      if (this.#mempool.spender(txid, vout) !== undefined) return call.schema.parse(null)
      if (this.pool.get(txid)?.outs[vout] !== undefined) return call.schema.parse({ confirmations: 0 })
    }
    return await super.call(call, options)
  }
}
