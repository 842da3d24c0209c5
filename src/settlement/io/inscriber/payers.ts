import { Transaction } from 'bitcoinjs-lib'
import { errorCode } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { BitcoindWallet } from './bitcoind-wallet.ts'
import type { BitcoindCalls } from './client.ts'
import type { Funding, Replaced } from './funding.ts'
import { coinsOf, type Job, type JobStore } from './job.ts'
import type { OnNote } from './notes.ts'
import { fundFrom, OwnCoins } from './own-coins.ts'
import type { OptionalGuard } from './plain-coins.ts'
import { draftPlan, finishPlan, type Pays, type Plan } from './plan.ts'
import type { Coin, Output, TicketCoin } from './transactions.ts'

/** More than any commit takes: all satoshis that there can be. */
const ASSUMED: Coin = { txid: new Uint8Array(32), vout: 0, value: 2_100_000_000_000_000n }

interface PayersOptions {
  readonly wallet: Wallet
  readonly client: BitcoindCalls
  readonly jobs: JobStore
  readonly maxFeeRate: number
  /** Whether a coin may pay; null lets all. */
  readonly guard: OptionalGuard
  readonly signal?: AbortSignal | undefined
  readonly onNote?: OnNote
}

interface PlanRequest {
  readonly leaves: readonly Uint8Array[]
  readonly pays: Pays
  readonly feeRate: number
  /** The node's wallet that pays; the wallet file unless given. */
  readonly nodeWallet: string | undefined
  readonly replaces?: Replaced
  /** Where there are too few coins, one of the wallet's that would pay for it: the plan is to be looked at, and no more. */
  readonly assumeCoin?: boolean
  readonly ticket?: TicketCoin | undefined
}

/** Throws E_USAGE where a wallet of the node is to pay for what coins of the wallet file alone do: a ticket, and what is spent beside it. */
export function requireOwnCoins(fundFrom: string | undefined): void {
  if (fundFrom === undefined) return
  throw settlementError('E_USAGE', `coins of the wallet file pay beside a ticket, not wallet ${fundFrom} of the node`)
}

/** Who pays for a job: the wallet file or a wallet of the node, and never with coins of another unfinished job. */
export class Payers {
  readonly #options: PayersOptions
  readonly #own: OwnCoins

  constructor(options: PayersOptions) {
    this.#options = options
    this.#own = new OwnCoins(options)
  }

  /** Commit and reveals, signed; nothing is kept or sent. */
  async plan({ leaves, pays, feeRate, nodeWallet, replaces, ticket, assumeCoin }: PlanRequest): Promise<Plan> {
    const { wallet } = this.#options
    const draft = draftPlan(wallet, leaves, feeRate, pays)
    const request = { outputs: draft.outputs, feeRate, claimed: await this.#claimed(nodeWallet), replaces, ticket }
    const funded = await this.#funding(nodeWallet)
      .fund(request)
      .catch((error) => {
        if (assumeCoin !== true || errorCode(error) !== 'E_FUNDS') throw error
        this.#options.onNote?.({ kind: 'coin-assumed', reason: (error as Error).message })
        return fundFrom(wallet, [ASSUMED], request)
      })
    return finishPlan(wallet, draft, funded)
  }

  /** A signed transaction of the wallet file's coins that pays these; nothing is kept or sent. */
  async pay(outputs: readonly Output[], feeRate: number): Promise<Transaction> {
    const { commit } = await this.#own.fund({ outputs, feeRate, claimed: await this.#claimed(undefined) })
    return commit
  }

  /** The wallet file's coins that are free. */
  async ownCoins(): Promise<Coin[]> {
    return await this.#own.free(await this.#claimed(undefined))
  }

  /** Only for a job on disk: whoever kills the process before leaves no coin that is reserved for nothing. */
  async reserve({ nodeWallet, attempts }: Job): Promise<void> {
    await this.#funding(nodeWallet).reserve(attempts.flatMap(coinsOf))
  }

  async release({ nodeWallet, attempts }: Job): Promise<void> {
    await this.#funding(nodeWallet).release(attempts.flatMap(coinsOf))
  }

  #funding(nodeWallet: string | undefined): Funding {
    const { client, wallet, maxFeeRate, guard, signal } = this.#options
    if (nodeWallet === undefined) return this.#own
    return new BitcoindWallet({ client, params: wallet.params, name: nodeWallet, maxFeeRate, guard, signal })
  }

  /** Coins of unfinished jobs: of all, or of those that this wallet of the node pays for. */
  async #claimed(nodeWallet: string | undefined): Promise<Coin[]> {
    const jobs = await this.#options.jobs.list()
    const its = jobs.filter((job) => nodeWallet === undefined || job.nodeWallet === nodeWallet)
    return its.flatMap(({ attempts, children }) => [
      ...attempts.flatMap(coinsOf),
      ...Object.values(children).flatMap(({ hex }) => inputsOf(hex)),
    ])
  }
}

function inputsOf(hex: string): Coin[] {
  return Transaction.fromHex(hex).ins.map(({ hash, index }) => ({ txid: hash, vout: index, value: 0n }))
}
