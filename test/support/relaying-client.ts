import { Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { BitcoindClient, BitcoindError, type RpcCall, type RpcOptions } from '../../src/bitcoin/io/index.ts'

/**
 * The client of a node whose mempool relays envelopes, as Bitcoin Core's does: a real node for everything but the
 * mempool, which is kept here, since the nodes at hand may refuse envelopes by policy.
 */
export class RelayingClient extends BitcoindClient {
  readonly #node: RegtestBitcoind
  /** By txid, in the order they were sent. */
  readonly pool = new Map<string, Transaction>()
  /** Refuses what it names a reason for, tested together or sent alone. */
  refuse: ((txs: readonly Transaction[]) => string | undefined) | undefined

  constructor(node: RegtestBitcoind) {
    super({ url: node.url, auth: node.auth })
    this.#node = node
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
      const poor = txs.length === 1 && !(await this.#outpays(txs[0]!))
      return call.schema.parse(txs.map(() => (poor ? { 'reject-reason': 'insufficient fee' } : { allowed: true })))
    }
    if (call.method === 'sendrawtransaction') {
      const reason = this.refuse?.([Transaction.fromHex(params[0] as string)])
      if (reason !== undefined) throw new BitcoindError('E_NODE_RPC', reason, { rpcCode: -26 })
    }
    if (call.method === 'sendrawtransaction') return call.schema.parse(this.#take(params[0] as string))
    if (call.method === 'getmempoolentry') {
      const tx = this.pool.get(params[0] as string)
      if (tx === undefined) throw new BitcoindError('E_NODE_RPC', 'Transaction not in mempool', { rpcCode: -5 })
      const modified = (await this.#fee(tx)) / 1e8
      let descendant = 0
      for (const id of this.#family(tx)) descendant += (await this.#fee(this.pool.get(id)!)) / 1e8
      return call.schema.parse({ vsize: tx.virtualSize(), fees: { modified, descendant } })
    }
    if (call.method === 'gettxout' && params[2] === true) {
      const [txid, vout] = params as [string, number]
      if (this.#spender(txid, vout) !== undefined) return call.schema.parse(null)
      if (this.pool.get(txid)?.outs[vout] !== undefined) return call.schema.parse({ confirmations: 0 })
    }
    return await super.call(call, options)
  }

  #spender(txid: string, vout: number): Transaction | undefined {
    return [...this.pool.values()].find(({ ins }) =>
      ins.some(({ hash, index }) => index === vout && idOf(hash) === txid),
    )
  }

  /** What it spends must not be spent by others; those and their descendants it replaces (BIP125). */
  #take(hex: string): string {
    const tx = Transaction.fromHex(hex)
    for (const id of this.#replaced(tx)) this.pool.delete(id)
    this.pool.set(tx.getId(), tx)
    return tx.getId()
  }

  /** It and what descends from it. */
  #family(tx: Transaction, ids = new Set<string>()): Set<string> {
    ids.add(tx.getId())
    for (const vout of tx.outs.keys()) {
      const spender = this.#spender(tx.getId(), vout)
      if (spender !== undefined) this.#family(spender, ids)
    }
    return ids
  }

  #conflicts(tx: Transaction): Transaction[] {
    const spenders = tx.ins.map(({ hash, index }) => this.#spender(idOf(hash), index))
    return spenders.filter((one) => one !== undefined && one.getId() !== tx.getId()) as Transaction[]
  }

  #replaced(tx: Transaction): Set<string> {
    const ids = new Set<string>()
    for (const conflict of this.#conflicts(tx)) this.#family(conflict, ids)
    return ids
  }

  /**
   * Core: policy/rbf.cpp, PaysForRBF: more than all that it replaces, by what its own relay costs; and
   * PaysMoreThanConflicts: a higher rate of its own than those that spend the same coins.
   */
  async #outpays(tx: Transaction): Promise<boolean> {
    const replaced = [...this.#replaced(tx)].map((id) => this.pool.get(id)!)
    if (replaced.length === 0) return true
    const fee = await this.#fee(tx)
    for (const one of this.#conflicts(tx)) {
      if (fee / tx.virtualSize() <= (await this.#fee(one)) / one.virtualSize()) return false
    }
    let least = tx.virtualSize()
    for (const other of replaced) least += await this.#fee(other)
    return fee >= least
  }

  /** Satoshis. */
  async #fee({ ins, outs }: Transaction): Promise<number> {
    let fee = -outs.reduce((sum, { value }) => sum + Number(value), 0)
    for (const { hash, index } of ins) {
      const schema = z.object({ value: z.number() })
      const params = [idOf(hash), index, false]
      const pooled = this.pool.get(idOf(hash))?.outs[index]?.value
      fee += Number(pooled ?? Math.round((await super.call({ method: 'gettxout', params, schema })).value * 1e8))
    }
    return fee
  }
}

const idOf = (hash: Uint8Array) => Buffer.from(hash).reverse().toString('hex')
