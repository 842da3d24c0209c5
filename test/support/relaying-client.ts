import { Transaction } from 'bitcoinjs-lib'
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
      return call.schema.parse((params[0] as string[]).map(() => ({ allowed: true })))
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
      ins.some(({ hash, index }) => index === vout && Buffer.from(hash).reverse().toString('hex') === txid),
    )
  }

  /** What it spends must not be spent by others; those and their descendants it replaces (BIP125). */
  #take(hex: string): string {
    const tx = Transaction.fromHex(hex)
    for (const { hash, index } of tx.ins) {
      const other = this.#spender(Buffer.from(hash).reverse().toString('hex'), index)
      if (other !== undefined && other.getId() !== tx.getId()) this.#drop(other)
    }
    this.pool.set(tx.getId(), tx)
    return tx.getId()
  }

  #drop(tx: Transaction): void {
    this.pool.delete(tx.getId())
    for (const vout of tx.outs.keys()) {
      const child = this.#spender(tx.getId(), vout)
      if (child !== undefined) this.#drop(child)
    }
  }
}
