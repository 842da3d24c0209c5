import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transaction } from 'bitcoinjs-lib'
import { regtest } from '../../src/bitcoin/index.ts'
import { Inscriber, type InscriberOptions, openStore, type Store, Wallet } from '../../src/settlement/io/index.ts'
import { type Coin, spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { FakeBitcoind } from '../support/fake-bitcoind.ts'

/** An inscriber over a node in memory, whose wallet has some coins of a coinbase each. */
export class InscriberScene {
  readonly node = new FakeBitcoind()
  readonly wallet = new Wallet(regtest, new Uint8Array(32).fill(9))
  readonly store: Store
  readonly #dir: string

  private constructor(dir: string, store: Store) {
    this.#dir = dir
    this.store = store
  }

  static async make(coins: number): Promise<InscriberScene> {
    const dir = await mkdtemp(join(tmpdir(), 'wsc-scene-'))
    const scene = new InscriberScene(dir, await openStore(join(dir, 'jobs')))
    for (let i = 0; i < coins; i++) scene.node.mine(scene.wallet.script)
    for (let i = 0; i < 100; i++) scene.node.mine()
    return scene
  }

  async remove(): Promise<void> {
    await this.store.close()
    await rm(this.#dir, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove()
  }

  inscriber(options: Partial<InscriberOptions> = {}): Inscriber {
    return new Inscriber({ wallet: this.wallet, client: this.node, store: this.store, ...options })
  }

  /** A signed transaction that spends coins of the wallet, all but a thousand satoshis to itself. */
  spend(coins: readonly Coin[]): Transaction {
    const value = coins.reduce((sum, coin) => sum + coin.value, 0n) - 1_000n
    return spendCoins(this.wallet, coins, [{ script: this.wallet.script, value }])
  }
}
