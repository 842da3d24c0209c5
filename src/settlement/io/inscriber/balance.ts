import type { Wallet } from '../wallet/wallet.ts'
import type { BitcoindCalls } from './client.ts'
import { CoinHistory } from './coin-history.ts'
import { type Coin, POSTAGE, sum } from './transactions.ts'
import { type CoinScanOptions, walletCoins } from './wallet-coins.ts'

/** Satoshis of a wallet's confirmed coins, by what they are good for. */
export interface Balance {
  readonly spendable: bigint
  /** On coins that carry inscriptions, and on those of an inscription's size: they pay for nothing. */
  readonly onInscriptions: bigint
  /** On coins of which the node cannot show whether they do: they pay for nothing either. */
  readonly undetermined: bigint
  /** Of coinbases that are too young to be spent. */
  readonly immature: bigint
}

/**
 * Scans the node's unspent outputs, and follows the sats of each coin back.
 *
 * @example
 * import { BitcoindClient, regtest, Wallet, walletBalance } from 'wsc-bitcoin'
 *
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:9' })
 * const wallet = new Wallet(regtest, new Uint8Array(32).fill(1))
 * const found = await walletBalance(client, wallet).then(({ spendable }) => spendable, (error) => error.code)
 * console.log(found) // E_NODE_UNREACHABLE
 */
export async function walletBalance(
  client: BitcoindCalls,
  wallet: Pick<Wallet, 'script' | 'params'>,
  options: CoinScanOptions = {},
): Promise<Balance> {
  const { signal, onNote } = options
  const { spendable, immature } = await walletCoins(client, wallet, options)
  const history = new CoinHistory({ client, params: wallet.params, onNote })
  const of = { plain: [] as Coin[], inscribed: [] as Coin[], unknown: [] as Coin[] }
  for (const coin of spendable) {
    of[coin.value <= POSTAGE ? 'inscribed' : await history.stateOf(coin, { signal })].push(coin)
  }
  const worth = (coins: readonly Coin[]) => sum(coins.map(({ value }) => value))
  return {
    spendable: worth(of.plain),
    onInscriptions: worth(of.inscribed),
    undetermined: worth(of.unknown),
    immature: worth(immature),
  }
}
