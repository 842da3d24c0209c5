import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BitcoindOptions, RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { type BlockHash, encodeEnvelope, regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient, type RpcCall, type RpcOptions } from '../../src/bitcoin/io/index.ts'
import {
  Inscriber,
  type InscriberOptions,
  InscriptionIndex,
  openStore,
  type Store,
  Wallet,
  walletCoins,
} from '../../src/settlement/io/index.ts'
import type { FundRequest } from '../../src/settlement/io/inscriber/funding.ts'
import { coinsOf, JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { fundFrom } from '../../src/settlement/io/inscriber/own-coins.ts'
import { draftPlan, finishPlan, type Plan } from '../../src/settlement/io/inscriber/plan.ts'
import { type Coin, spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { scanOf } from './scan-of.ts'

/** A node and a funded wallet, used within the test's own process. */
export class InscriberPlace {
  readonly dir: string
  readonly node: RegtestBitcoind
  readonly wallet: Wallet
  readonly store: Store

  private constructor(dir: string, node: RegtestBitcoind, wallet: Wallet, store: Store) {
    this.dir = dir
    this.node = node
    this.wallet = wallet
    this.store = store
  }

  static async make(coins: number, options: BitcoindOptions & { readonly key?: number } = {}): Promise<InscriberPlace> {
    const { key = 9 } = options
    const dir = await mkdtemp(join(tmpdir(), 'wsc-inscriber-'))
    const node = await RegtestBitcoind.start(options)
    const wallet = new Wallet(regtest, new Uint8Array(32).fill(key))
    if (coins > 0) await node.mine(coins, wallet.address)
    await node.mine(110)
    return new InscriberPlace(dir, node, wallet, await openStore(join(dir, 'inscriber')))
  }

  async remove(): Promise<void> {
    await this.store.close()
    await this.node.stop()
    await rm(this.dir, { recursive: true, force: true })
  }

  inscriber(options: Partial<InscriberOptions> = {}): Inscriber {
    return new Inscriber({ wallet: this.wallet, client: this.node.client, store: this.store, ...options })
  }

  /** Satoshis of all confirmed coins. */
  async worth(): Promise<bigint> {
    const { spendable, immature } = await walletCoins(this.node.client, this.wallet)
    return [...spendable, ...immature].reduce((sum, { value }) => sum + value, 0n)
  }

  /** A transaction that spends the coins of a job just mined to the wallet itself, and the block the job is in. */
  async rivalOf(id: string): Promise<{ readonly rival: string; readonly hash: BlockHash }> {
    const { hash } = await this.node.client.getBestBlock()
    const job = await new JobStore(this.store, regtest).get(id)
    const coins = coinsOf(job!.attempts.at(-1)!)
    const value = coins.reduce((sum, coin) => sum + coin.value, 0n) - 5_000n
    return { rival: spendCoins(this.wallet, coins, [{ script: this.wallet.script, value }]).toHex(), hash }
  }

  /** What an index made now, from the first block on, holds. */
  async freshIndex(name: string): Promise<Map<string, unknown>> {
    const store = await openStore(join(this.dir, name))
    try {
      const index = await InscriptionIndex.open(store, regtest)
      for await (const event of scanOf(this.node.client, index)) if (event.type === 'tip') break
      return await index.dump()
    } finally {
      await store.close()
    }
  }
}

interface PlanRequest extends Pick<FundRequest, 'feeRate' | 'replaces'> {
  readonly wallet: Wallet
  readonly leaves: readonly Uint8Array[]
  readonly available: readonly Coin[]
}

/** Commit and reveals, paid for by these coins of the wallet. */
export function makePlan({ wallet, leaves, available, feeRate, replaces }: PlanRequest): Plan {
  const draft = draftPlan(wallet, leaves, feeRate)
  return finishPlan(wallet, draft, fundFrom(wallet, available, { outputs: draft.outputs, feeRate, replaces }))
}

export function textEnvelope(text: string): Uint8Array {
  const bytes = (string: string) => new TextEncoder().encode(string)
  return encodeEnvelope({ contentType: bytes('text/plain'), body: bytes(text) })
}

/** The code of what it throws; null where it succeeds. */
export async function codeOf(promise: Promise<unknown>): Promise<string | null | undefined> {
  return await promise.then(
    () => null,
    (error: { readonly code?: string }) => error.code,
  )
}

export class Crash extends Error {}

/** A client whose process dies at its n-th call: before the node hears of it, or before the answer is heard. */
export class CrashingClient extends BitcoindClient {
  #left: number
  readonly #heard: boolean

  constructor(node: RegtestBitcoind, left: number, heard: boolean) {
    super({ url: node.url, auth: node.auth })
    this.#left = left
    this.#heard = heard
  }

  /** Whether it has crashed. */
  get crashed(): boolean {
    return this.#left < 0
  }

  override async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    if (this.#left-- > 0) return await super.call(call, options)
    if (this.#heard) await super.call(call, options)
    throw new Crash(call.method)
  }
}

/** A node that answers, or acts, otherwise than it was asked. */
export class AlteringClient extends BitcoindClient {
  readonly #alter: (call: RpcCall) => unknown

  constructor(node: RegtestBitcoind, alter: (call: RpcCall) => unknown) {
    super({ url: node.url, auth: node.auth })
    this.#alter = alter
  }

  override async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    const answer = this.#alter(call)
    return answer === undefined ? await super.call(call, options) : call.schema.parse(answer)
  }
}
