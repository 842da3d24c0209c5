import { address } from 'bitcoinjs-lib'
import { z } from 'zod'
import { blockHash, type NetworkParams, toDisplay } from '../../../bitcoin/index.ts'
import { BitcoindError, type RpcCall } from '../../../bitcoin/io/index.ts'
import type { WscError } from '../../../lib/index.ts'
import { isSettlementError, type SettlementErrorCode, settlementError } from '../../errors.ts'
import { bech32Prefix } from '../wallet/taproot.ts'
import { changeOf } from './bitcoind-change.ts'
import { readCommit } from './bitcoind-commit.ts'
import type { BitcoindCalls } from './client.ts'
import { type FundedCommit, type Funding, type FundRequest, leastFee } from './funding.ts'
import { type Aside, carriers, type OptionalGuard, withAside } from './plain-coins.ts'
import { type Coin, feeFor, type Output, sameCoin } from './transactions.ts'

/** Core: rpc/protocol.h. */
const RPC = {
  methodNotFound: -32601,
  walletError: -4,
  insufficientFunds: -6,
  invalidParameter: -8,
  unlockNeeded: -13,
  walletNotFound: -18,
} as const

/** Of a wallet with many coins, choosing takes its time. */
const TIMEOUT_MS = 120_000
/** More inputs make a replacement longer, and what it has to pay more. */
const TRIES = 4
/** A wallet that holds inscriptions alone offers one after the other. */
const ASIDE_TRIES = 50

const funded = z.object({ psbt: z.string() })
const signed = z.object({ psbt: z.string(), complete: z.boolean() })

export interface BitcoindWalletOptions {
  readonly client: BitcoindCalls
  readonly params: NetworkParams
  /** As `bitcoin-cli listwallets` tells it. */
  readonly name: string
  /** Most that a commit pays, satoshis a virtual byte. */
  readonly maxFeeRate: number
  /** Whether a coin may pay; null lets all. */
  readonly guard: OptionalGuard
  readonly signal?: AbortSignal | undefined
}

/** A wallet of the node pays and takes the change. What it builds is read and judged here before anything is kept. */
export class BitcoindWallet implements Funding {
  readonly #options: BitcoindWalletOptions

  constructor(options: BitcoindWalletOptions) {
    this.#options = options
  }

  async fund(request: FundRequest): Promise<FundedCommit> {
    // A restarted node has forgotten them.
    await this.reserve(request.claimed)
    const { guard, signal } = this.#options
    let aside: Aside = { inscribed: [], unknown: [] }
    try {
      for (let tries = 0; ; tries++) {
        const made = await this.#fund(request)
        const old = request.replaces?.coins ?? []
        const chosen = made.coins.filter((coin) => !old.some((one) => sameCoin(one, coin)))
        const found = await carriers(guard, chosen, { signal })
        if (found.inscribed.length + found.unknown.length === 0) return made
        aside = { inscribed: [...aside.inscribed, ...found.inscribed], unknown: [...aside.unknown, ...found.unknown] }
        // The node chooses none that is locked.
        await this.reserve([...found.inscribed, ...found.unknown])
        if (tries === ASIDE_TRIES) throw settlementError('E_FUNDS', `too many coins of ${this.#name} must not pay.`)
      }
    } catch (error) {
      throw withAside(error, aside)
    } finally {
      await this.release([...aside.inscribed, ...aside.unknown])
    }
  }

  /** At the rate that was asked for, or at what replacing costs. */
  async #fund(request: FundRequest): Promise<FundedCommit> {
    let rate = request.feeRate
    for (let tries = 0; tries < TRIES; tries++) {
      const made = await this.#build(request, rate)
      const vsize = made.commit.virtualSize()
      this.#checkCap(made, rate)
      const least = leastFee(request, vsize)
      if (request.replaces === undefined || made.fee >= least) return made
      rate = Number(least) / vsize
    }
    const cure = { act: 'higher-fee-rate' }
    throw settlementError('E_POLICY', "the node's wallet builds no replacement that pays enough.", { cure })
  }

  /** Those that are spent, unknown or locked already are left as they are. */
  async reserve(coins: readonly Coin[]): Promise<void> {
    for (const coin of coins) await this.#lock(false, coin, [RPC.invalidParameter])
  }

  /** A wallet that is not loaded has no locks. */
  async release(coins: readonly Coin[]): Promise<void> {
    const fine = [RPC.invalidParameter, RPC.walletNotFound, RPC.methodNotFound]
    for (const coin of coins) await this.#lock(true, coin, fine)
  }

  async #lock(unlock: boolean, { txid, vout }: Coin, fine: readonly number[]): Promise<void> {
    const params = [unlock, [{ txid: toDisplay(blockHash(txid)), vout }]]
    try {
      await this.#ask({ method: 'lockunspent', params, schema: z.boolean() })
    } catch (error) {
      if (!fine.includes(rpcCodeOf(error) ?? 0)) throw error
    }
  }

  async #build(request: FundRequest, rate: number): Promise<FundedCommit> {
    const { outputs, replaces } = request
    const inputs = (replaces?.coins ?? []).map(({ txid, vout }) => ({ txid: toDisplay(blockHash(txid)), vout }))
    const options = {
      add_inputs: true,
      changePosition: outputs.length,
      ...(await changeOf((call) => this.#ask(call))),
      // The node takes three digits, and rounds fees up itself.
      fee_rate: Math.ceil(rate * 1000) / 1000,
      // Of unconfirmed parents this program knows nothing: were one replaced, the commit would go with it.
      minconf: 1,
      replaceable: true,
    }
    const params = [inputs, outputs.map((output) => this.#payment(output)), 0, options, false]
    const { psbt } = await this.#ask({ method: 'walletcreatefundedpsbt', params, schema: funded })
    const process = { method: 'walletprocesspsbt', params: [psbt, true, 'DEFAULT', false], schema: signed }
    const { psbt: done, complete } = await this.#ask(process)
    if (complete) return readCommit(done, request)
    const cure = { act: 'signing-wallet' }
    throw settlementError('E_NODE_WALLET', `the node's wallet ${this.#name} cannot sign what it spends.`, { cure })
  }

  #payment({ script, value }: Output): Record<string, string> {
    const digits = value.toString().padStart(9, '0')
    const to = address.toBech32(script.subarray(2), 1, bech32Prefix(this.#options.params))
    return { [to]: `${digits.slice(0, -8)}.${digits.slice(-8)}` }
  }

  #checkCap({ commit, fee }: FundedCommit, rate: number): void {
    const { maxFeeRate } = this.#options
    // The node reckons with the longest signatures: up to a virtual byte more for each.
    const vsize = commit.virtualSize() + commit.ins.length
    if (fee <= feeFor(vsize, Math.max(rate, maxFeeRate))) return
    const found = `the node's wallet would pay ${fee} satoshis for a commit of ${vsize} vB, above the cap of ${maxFeeRate}`
    throw settlementError('E_FEE_CAP', `${found} sat/vB.`, { cure: { act: 'raise-fee-cap' } })
  }

  get #name(): string {
    return JSON.stringify(this.#options.name)
  }

  async #ask<T>(call: RpcCall<T>): Promise<T> {
    const { client, name, signal } = this.#options
    try {
      return await client.call(call, { wallet: name, signal, timeoutMs: TIMEOUT_MS })
    } catch (cause) {
      throw this.#explain(cause) ?? cause
    }
  }

  /** Undefined where Core's own message says it all. */
  #explain(cause: unknown): WscError | undefined {
    const name = this.#name
    const explained = (code: SettlementErrorCode, message: string, act: string) =>
      settlementError(code, message, { cause, cure: { act, subject: name } })
    switch (rpcCodeOf(cause)) {
      case RPC.methodNotFound:
        return explained('E_NODE_WALLET', 'the node runs without wallets', 'enable-wallets')
      case RPC.walletNotFound:
        return explained('E_NODE_WALLET', `the node has no wallet ${name} loaded.`, 'load-wallet')
      case RPC.unlockNeeded:
        return explained('E_NODE_WALLET_LOCKED', `the node's wallet ${name} is locked.`, 'unlock-wallet')
      case RPC.walletError:
      case RPC.insufficientFunds: {
        if (!/insufficient funds|exceeds your balance|does not cover/i.test((cause as Error).message)) return undefined
        const found = `the node's wallet ${name} has too few confirmed coins that are free.`
        return explained('E_FUNDS', found, 'fund-bitcoind-wallet')
      }
    }
    return undefined
  }
}

function rpcCodeOf(error: unknown): number | undefined {
  const cause = isSettlementError(error) ? error.cause : error
  return cause instanceof BitcoindError ? cause.rpcCode : undefined
}
