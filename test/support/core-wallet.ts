import { z } from 'zod'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'

interface CoreWalletOptions {
  /** Mature coins of a block's subsidy each. */
  readonly coins?: number
  readonly addresses?: 'legacy' | 'p2sh-segwit' | 'bech32' | 'bech32m'
  readonly passphrase?: string
}

const balance = z.object({ trusted: z.number(), untrusted_pending: z.number(), immature: z.number() })

/** A wallet of the node's own. */
export class CoreWallet {
  readonly name: string
  readonly #node: RegtestBitcoind

  private constructor(node: RegtestBitcoind, name: string) {
    this.#node = node
    this.name = name
  }

  static async create(node: RegtestBitcoind, name: string, options: CoreWalletOptions = {}): Promise<CoreWallet> {
    const { coins = 0, addresses = 'bech32m', passphrase = '' } = options
    const wallet = new CoreWallet(node, name)
    await node.client.call({ method: 'createwallet', params: [name, false, false, passphrase], schema: z.unknown() })
    if (coins > 0) {
      await node.mine(coins, await wallet.call('getnewaddress', ['', addresses], z.string()))
      await node.mine(100)
    }
    return wallet
  }

  /** With one coin, and no descriptors but those of one kind. */
  static async only(
    node: RegtestBitcoind,
    name: string,
    kind: RegExp,
    addresses: CoreWalletOptions['addresses'],
  ): Promise<CoreWallet> {
    const whole = await CoreWallet.create(node, `${name}, whole`)
    const schema = z.object({ descriptors: z.array(z.looseObject({ desc: z.string() })) })
    const { descriptors } = await whole.call('listdescriptors', [true], schema)
    const wallet = new CoreWallet(node, name)
    await node.client.call({ method: 'createwallet', params: [name, false, true], schema: z.unknown() })
    const its = descriptors.filter(({ desc }) => kind.test(desc)).map((one) => ({ ...one, timestamp: 'now' }))
    await wallet.call('importdescriptors', [its], z.array(z.looseObject({ success: z.literal(true) })))
    await node.mine(1, await wallet.call('getnewaddress', ['', addresses], z.string()))
    await node.mine(100)
    return wallet
  }

  /** With the addresses of another, and none of its keys. */
  static async watch(node: RegtestBitcoind, name: string, other: CoreWallet): Promise<CoreWallet> {
    const wallet = new CoreWallet(node, name)
    await node.client.call({ method: 'createwallet', params: [name, true], schema: z.unknown() })
    const { descriptors } = await other.call(
      'listdescriptors',
      [],
      z.object({ descriptors: z.array(z.looseObject({})) }),
    )
    const all = descriptors.map((one) => ({ ...one, timestamp: 0 }))
    await wallet.call('importdescriptors', [all], z.array(z.looseObject({ success: z.literal(true) })))
    return wallet
  }

  async call<T>(method: string, params: readonly unknown[], schema: z.ZodType<T>): Promise<T> {
    return await this.#node.client.call({ method, params, schema }, { wallet: this.name })
  }

  /** Satoshis, of whatever age. */
  async worth(): Promise<bigint> {
    const { mine } = await this.call('getbalances', [], z.object({ mine: balance }))
    return Object.values(mine).reduce((sum, bitcoins) => sum + BigInt(Math.round(bitcoins * 1e8)), 0n)
  }

  /** Coins that the wallet keeps from its own use, once it has seen all blocks: spending one unlocks it. */
  async locked(): Promise<unknown[]> {
    // Core: wallet/rpc, BlockUntilSyncedToCurrentChain, which listing the locked ones does not do.
    await this.worth()
    return await this.call('listlockunspent', [], z.array(z.unknown()))
  }
}
