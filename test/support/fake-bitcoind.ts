import { Transaction } from 'bitcoinjs-lib'
import { type BlockHash, encodeHeader, toDisplay, transactionId } from '../../src/bitcoin/index.ts'
import { BitcoindError, type RpcCall } from '../../src/bitcoin/io/index.ts'
import { merkleTree } from '../../src/bitcoin/merkle.ts'
import { bytesToHex, concatBytes, equalBytes } from '../../src/lib/index.ts'
import type { BitcoindCalls } from '../../src/settlement/io/index.ts'
import { block } from './blocks.ts'
import { idOf, MempoolModel } from './mempool-model.ts'
import { decoded } from './synthetic-block.ts'

interface FakeBlock {
  readonly raw: Uint8Array
  readonly hash: BlockHash
  /** As shown. */
  readonly shown: string
  readonly txs: readonly Transaction[]
}

interface Placed {
  readonly tx: Transaction
  readonly height: number
}

const SUBSIDY = 5_000_000_000n

/**
 * A bitcoind's chain, set of unspent outputs and mempool in memory: what inscribing asks of one, without signatures and
 * work. Envelopes are relayed, as Bitcoin Core does.
 */
export class FakeBitcoind implements BitcoindCalls {
  readonly blocks: FakeBlock[] = []
  readonly #mempool = new MempoolModel(async (txid, vout) => Number(this.#placed(txid)!.tx.outs[vout]!.value))
  /** Every method that was asked for, in order. */
  readonly asked: string[] = []
  /** Refuses what it names a reason for. */
  refuse: ((tx: Transaction) => string | undefined) | undefined
  downloading = false

  constructor() {
    this.mine()
  }

  get pool(): Map<string, Transaction> {
    return this.#mempool.pool
  }

  /** A block of these transactions and, by itself, of all that waits. Its coinbase pays the subsidy to `script`. */
  mine(script: Uint8Array = Uint8Array.of(0x51), txs: readonly Transaction[] = [...this.pool.values()]): Placed {
    const height = this.blocks.length
    const coinbase = new Transaction()
    coinbase.addInput(new Uint8Array(32), 0xffff_ffff, 0xffff_ffff, Uint8Array.of(4, height & 255, height >> 8, 0, 0))
    coinbase.addOutput(script, SUBSIDY)
    this.#connect([coinbase, ...txs])
    return { tx: coinbase, height }
  }

  #connect(txs: readonly Transaction[]): void {
    const all = txs.map((tx) => new Uint8Array(tx.toBuffer()))
    const header = encodeHeader({
      version: 4,
      prevHash: (this.blocks.at(-1)?.hash ?? new Uint8Array(32)) as never,
      merkleRoot: merkleTree(all.map((bytes) => transactionId(decoded(bytes)))).root,
      time: 1_700_000_000 + this.blocks.length,
      bits: 0x207fffff,
      nonce: 0,
    })
    const raw = concatBytes(header, Uint8Array.of(txs.length), ...all)
    const { hash } = block(raw)
    this.blocks.push({ raw, hash, shown: toDisplay(hash), txs })
    for (const tx of txs) {
      this.pool.delete(tx.getId())
      for (const { hash: spent, index } of tx.ins) {
        const rival = this.#mempool.spender(idOf(spent), index)
        if (rival !== undefined) this.#mempool.drop(rival)
      }
    }
  }

  /** Takes the last blocks out; what was in them is gone, not waiting. */
  undo(count: number): void {
    this.blocks.splice(-count)
  }

  async getBlockCount(): Promise<number> {
    return this.blocks.length - 1
  }

  async getBlockHash(height: number): Promise<BlockHash | undefined> {
    return this.blocks[height]?.hash
  }

  async batch<T>(calls: readonly RpcCall<T>[]): Promise<T[]> {
    return await Promise.all(calls.map((call) => this.call(call)))
  }

  async call<T>(call: RpcCall<T>): Promise<T> {
    this.asked.push(call.method)
    return call.schema.parse(await this.#answer(call.method, (call.params ?? []) as never[]))
  }

  async #answer(method: string, params: readonly never[]): Promise<unknown> {
    const [first, second, third] = params as readonly [never, never, never]
    switch (method) {
      case 'getblockcount':
        return this.blocks.length - 1
      case 'getblockchaininfo':
        return { blocks: this.blocks.length - 1, initialblockdownload: this.downloading }
      case 'getblockheader':
        return { height: this.#heightOf(first) }
      case 'getblock':
        return this.#block(first, second)
      case 'getrawmempool':
        return [...this.pool.keys()]
      case 'getrawtransaction':
        return params.length === 1 ? this.#waiting(first) : this.#rawTransaction(first, third)
      case 'gettxout':
        return this.#unspent(first, second, third)
      case 'gettxspendingprevout':
        return (first as { txid: string; vout: number }[]).map(({ txid, vout }) => {
          const spender = this.#mempool.spender(txid, vout)
          return spender === undefined ? {} : { spendingtxid: spender.getId() }
        })
      case 'scantxoutset':
        return this.#scan((second as readonly string[])[0]!)
      case 'estimatesmartfee':
        return {}
      case 'getmempoolinfo':
        return { mempoolminfee: 0.00001, minrelaytxfee: 0.00001 }
      case 'getmempoolentry': {
        const tx = this.pool.get(first)
        if (tx === undefined) throw refused(-5, 'Transaction not in mempool')
        return await this.#mempool.entry(tx)
      }
      case 'testmempoolaccept':
        return await this.#test(first)
      case 'sendrawtransaction': {
        const tx = Transaction.fromHex(first)
        // Core: node/transaction.cpp, BroadcastTransaction: one that is there is only sent to peers again.
        if (this.pool.has(tx.getId())) return tx.getId()
        const [judged] = await this.#test([first])
        if (judged?.['reject-reason'] !== undefined) throw refused(-26, judged['reject-reason'])
        return this.#mempool.take(tx)
      }
      case 'generateblock':
        this.mine(
          Uint8Array.of(0x51),
          (second as string[]).map((hex) => Transaction.fromHex(hex)),
        )
        return { hash: this.blocks.at(-1)!.shown }
    }
    throw refused(-32601, `Method not found: ${method}`)
  }

  async #test(hexes: readonly string[]) {
    const txs = hexes.map((hex) => Transaction.fromHex(hex))
    const reason = (tx: Transaction, i: number): string | undefined => {
      if (this.pool.has(tx.getId())) return 'txn-already-in-mempool'
      const earlier = new Set(txs.slice(0, i).map((one) => one.getId()))
      const missing = tx.ins.some(({ hash, index }) => {
        const id = idOf(hash)
        return !earlier.has(id) && !this.pool.has(id) && this.#unspent(id, index, false) === null
      })
      return missing ? 'missing-inputs' : this.refuse?.(tx)
    }
    return await Promise.all(
      txs.map(async (tx, i) => {
        const found =
          reason(tx, i) ?? (txs.length > 1 || (await this.#mempool.outpays(tx)) ? undefined : 'insufficient fee')
        return found === undefined ? { allowed: true } : { allowed: false, 'reject-reason': found }
      }),
    )
  }

  #placed(txid: string): Placed | undefined {
    for (const [height, { txs }] of this.blocks.entries()) {
      const tx = txs.find((one) => one.getId() === txid)
      if (tx !== undefined) return { tx, height }
    }
    return undefined
  }

  #unspent(txid: string, vout: number, mempool: boolean) {
    const bestblock = this.blocks.at(-1)!.shown
    if (mempool && this.#mempool.spender(txid, vout) !== undefined) return null
    if (mempool && this.pool.get(txid)?.outs[vout] !== undefined) return { bestblock, confirmations: 0 }
    const placed = this.#placed(txid)
    if (placed?.tx.outs[vout] === undefined || this.#isSpent(txid, vout)) return null
    return { bestblock, confirmations: this.blocks.length - placed.height }
  }

  #isSpent(txid: string, vout: number): boolean {
    return this.blocks.some(({ txs }) =>
      txs.some(({ ins }) => ins.some(({ hash, index }) => index === vout && idOf(hash) === txid)),
    )
  }

  #scan(descriptor: string) {
    const script = Buffer.from(/^raw\(([0-9a-f]+)\)$/.exec(descriptor)![1]!, 'hex')
    const unspents = this.blocks.flatMap(({ txs }, height) =>
      txs.flatMap((tx, i) =>
        tx.outs.flatMap((out, vout) =>
          !equalBytes(out.script, script) || this.#isSpent(tx.getId(), vout)
            ? []
            : [{ txid: tx.getId(), vout, amount: Number(out.value) / 1e8, height, coinbase: i === 0 }],
        ),
      ),
    )
    return { success: true, height: this.blocks.length - 1, unspents }
  }

  #waiting(txid: string): string {
    const tx = this.pool.get(txid)
    if (tx === undefined) throw refused(-5, 'No such mempool transaction')
    return tx.toHex()
  }

  #rawTransaction(txid: string, blockhash: string) {
    const tx = this.blocks[this.#heightOf(blockhash)]!.txs.find((one) => one.getId() === txid)
    if (tx === undefined) throw refused(-5, 'No such transaction found in the provided block')
    const vin = tx.ins.map(({ hash, index, script }) => {
      if (index === 0xffff_ffff) return { coinbase: bytesToHex(script) }
      const placed = this.#placed(idOf(hash))!
      return { prevout: { value: Number(placed.tx.outs[index]!.value) / 1e8, height: placed.height } }
    })
    return { hex: tx.toHex(), vin }
  }

  #block(shown: string, verbosity: number): unknown {
    const { raw, txs } = this.blocks[this.#heightOf(shown)]!
    return verbosity === 1 ? { tx: txs.map((tx) => tx.getId()) } : bytesToHex(raw)
  }

  #heightOf(shown: string): number {
    const height = this.blocks.findIndex((one) => one.shown === shown)
    if (height < 0) throw refused(-5, 'Block not found')
    return height
  }
}

function refused(rpcCode: number, message: string): BitcoindError {
  return new BitcoindError('E_NODE_RPC', message, { rpcCode })
}
