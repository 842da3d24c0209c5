import { settlementError } from '../../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { unspentIn } from './bitcoind-calls.ts'
import type { BitcoindCalls } from './client.ts'
import { type FundedCommit, type Funding, type FundRequest, leastFee } from './funding.ts'
import type { OnNote } from './notes.ts'
import { type OptionalGuard, withPlainCoins } from './plain-coins.ts'
import { type Coin, POSTAGE, sameCoin, spendable, spendCoins, spendSize, sum } from './transactions.ts'
import { walletCoins } from './wallet-coins.ts'

interface OwnCoinsOptions {
  readonly wallet: Wallet
  readonly guard: OptionalGuard
  readonly client: BitcoindCalls
  readonly signal?: AbortSignal | undefined
  readonly onNote?: OnNote
}

/** Confirmed coins of the wallet file's address; nobody else has its key. */
export class OwnCoins implements Funding {
  readonly #options: OwnCoinsOptions

  constructor(options: OwnCoinsOptions) {
    this.#options = options
  }

  async fund(request: FundRequest): Promise<FundedCommit> {
    const { wallet, guard, signal } = this.#options
    const build = (left: readonly Coin[]) => fundFrom(wallet, left, request)
    return await withPlainCoins(guard, await this.free(request.claimed), build, { signal })
  }

  /** Those that no unfinished job has a claim on, of this store or, as the mempool tells, of another. */
  async free(claimed: readonly Coin[]): Promise<Coin[]> {
    const { wallet, client, signal, onNote } = this.#options
    const coins = await walletCoins(client, wallet, { signal, onNote })
    const free = spendable(coins.spendable).filter((coin) => !claimed.some((other) => sameCoin(coin, other)))
    return await unspentIn(client, free, { signal })
  }

  async reserve(): Promise<void> {}

  async release(): Promise<void> {}
}

/** Chooses greatest first, so that a commit has few inputs. Throws E_FUNDS where the coins do not suffice. */
export function fundFrom(
  wallet: Wallet,
  available: readonly Coin[],
  request: Omit<FundRequest, 'claimed'>,
): FundedCommit {
  const { replaces, ticket } = request
  const renewed = ticket === undefined ? [] : [{ script: ticket.wallet.script, value: ticket.coin.value }]
  const outputs = [...request.outputs, ...renewed]
  const spent = sum(outputs.map(({ value }) => value))
  const coins = [...(replaces?.coins ?? (ticket === undefined ? [] : [ticket.coin]))]
  const rest = spendable(available).filter((coin) => !coins.some((other) => sameCoin(coin, other)))
  for (;;) {
    const total = sum(coins.map(({ value }) => value))
    const withChange = leastFee(request, spendSize(coins, [...outputs, { script: wallet.script, value: 0n }]))
    const change = total - spent - withChange
    if (change >= POSTAGE) {
      const commit = spendCoins(wallet, coins, [...outputs, { script: wallet.script, value: change }], ticket)
      return { coins, commit, fee: withChange }
    }
    const fee = total - spent
    if (coins.length > 0 && fee >= leastFee(request, spendSize(coins, outputs))) {
      return { coins, commit: spendCoins(wallet, coins, outputs, ticket), fee }
    }
    const next = rest.shift()
    if (next === undefined) {
      const has = `the wallet has ${total} satoshis it can spend`
      const cure = { act: 'send-coins', subject: wallet.address }
      throw settlementError('E_FUNDS', `${has}, ${spent + withChange} are needed.`, { cure })
    }
    coins.push(next)
  }
}
