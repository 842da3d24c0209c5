import { Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import type { RegtestNode } from '../../bitcoin-regtest/index.ts'
import { NodeClient, type RpcCall, type RpcOptions } from '../../src/bitcoin/node/index.ts'

/**
 * The client of a node whose mempool relays envelopes, as Bitcoin Core's does: a real node for everything but the
 * mempool, which is kept here, since the nodes at hand may refuse envelopes by policy.
 */
export class RelayingClient extends NodeClient {
  readonly #node: RegtestNode
  /** By txid, in the order they were sent. */
  readonly pool = new Map<string, Transaction>()

  constructor(node: RegtestNode) {
    super({ url: node.url, auth: node.auth })
    this.#node = node
  }

  /** Confirms everything that waits. */
  async confirm(): Promise<void> {
    await this.#node.generateBlock([...this.pool.values()].map((tx) => tx.toHex()))
    this.pool.clear()
  }

  override async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    const params = call.params ?? []
    if (call.method === 'testmempoolaccept') {
      const txs = (params[0] as string[]).map((hex) => Transaction.fromHex(hex))
      const poor = txs.length === 1 && !(await this.#outpays(txs[0]!))
      return call.schema.parse(txs.map(() => (poor ? { 'reject-reason': 'insufficient fee' } : { allowed: true })))
    }
    if (call.method === 'sendrawtransaction') return call.schema.parse(this.#take(params[0] as string))
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

  #replaced(tx: Transaction): Set<string> {
    const ids = new Set<string>()
    const add = (other: Transaction | undefined) => {
      if (other === undefined || other.getId() === tx.getId()) return
      ids.add(other.getId())
      for (const vout of other.outs.keys()) add(this.#spender(other.getId(), vout))
    }
    for (const { hash, index } of tx.ins) add(this.#spender(idOf(hash), index))
    return ids
  }

  /** Core: policy/rbf.cpp, PaysForRBF: more than all that it replaces, by what its own relay costs. */
  async #outpays(tx: Transaction): Promise<boolean> {
    const replaced = [...this.#replaced(tx)].map((id) => this.pool.get(id)!)
    if (replaced.length === 0) return true
    let least = tx.virtualSize()
    for (const other of replaced) least += await this.#fee(other)
    return (await this.#fee(tx)) >= least
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
