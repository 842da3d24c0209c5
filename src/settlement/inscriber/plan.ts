import type { Transaction } from 'bitcoinjs-lib'
import { SettlementError } from '../errors.ts'
import { taprootOutput } from '../wallet/taproot.ts'
import type { Wallet } from '../wallet/wallet.ts'
import {
  buildReveal,
  type Coin,
  feeFor,
  type Output,
  POSTAGE,
  revealSize,
  spendCoins,
  spendSize,
} from './transactions.ts'

/** A commit with its reveals is at most 25 transactions (Core: policy/policy.h, DEFAULT_DESCENDANT_LIMIT). */
export const MAX_BATCH = 24

/** One commit and what it commits to, signed and not sent. */
export interface Plan {
  readonly coins: readonly Coin[]
  readonly commit: Transaction
  readonly reveals: readonly Transaction[]
  readonly cost: Cost
}

export interface Cost {
  /** Satoshis a virtual byte. */
  readonly feeRate: number
  readonly commitVsize: number
  readonly revealVsizes: readonly number[]
  /** Satoshis. */
  readonly commitFee: bigint
  readonly revealFees: readonly bigint[]
  /** Stays with the wallet, on the outputs of the inscriptions. */
  readonly postage: bigint
  /** All fees. */
  readonly fees: bigint
}

export interface PlanRequest {
  readonly wallet: Wallet
  readonly leaves: readonly Uint8Array[]
  /** Spent whatever they are worth: those of the commit that this one is to replace. */
  readonly required?: readonly Coin[]
  readonly available: readonly Coin[]
  readonly feeRate: number
  /** A replacement pays more than what it replaces (BIP125), in all. */
  readonly leastFee?: bigint
}

/** Chooses coins and builds everything. Throws E_FUNDS where the coins do not suffice. */
export function makePlan(request: PlanRequest): Plan {
  const { wallet, leaves, feeRate } = request
  if (leaves.length === 0 || leaves.length > MAX_BATCH) {
    throw new SettlementError('E_TOO_LARGE', `one commit holds 1 to ${MAX_BATCH} inscriptions, not ${leaves.length}`)
  }
  const revealVsizes = leaves.map((leaf) => revealSize(wallet, leaf))
  const revealFees = revealVsizes.map((vsize) => feeFor(vsize, feeRate))
  const outputs = leaves.map((leaf, i): Output => {
    return { script: taprootOutput(wallet.publicKey, leaf).script, value: revealFees[i]! + POSTAGE }
  })
  const { coins, change, commitFee } = chooseCoins(request, outputs, sum(revealFees))
  const all = change === 0n ? outputs : [...outputs, { script: wallet.script, value: change }]
  const commit = spendCoins(wallet, coins, all)
  const txid = commit.getHash()
  const reveals = leaves.map((leaf, vout) => buildReveal(wallet, leaf, { txid, vout, value: outputs[vout]!.value }))
  return {
    coins,
    commit,
    reveals,
    cost: {
      feeRate,
      commitVsize: commit.virtualSize(),
      revealVsizes,
      commitFee,
      revealFees,
      postage: POSTAGE * BigInt(leaves.length),
      fees: commitFee + sum(revealFees),
    },
  }
}

interface Chosen {
  readonly coins: readonly Coin[]
  /** 0: too little to be worth an output. */
  readonly change: bigint
  readonly commitFee: bigint
}

/** Greatest first, so that a commit has few inputs; the last output is the change. */
function chooseCoins(request: PlanRequest, outputs: readonly Output[], revealFees: bigint): Chosen {
  const { wallet, feeRate, available, required = [], leastFee = 0n } = request
  const spent = sum(outputs.map(({ value }) => value))
  const coins = [...required]
  const rest = spendable(available).filter((coin) => !required.some((other) => sameCoin(coin, other)))
  const least = (vsize: number) => {
    const fee = feeFor(vsize, feeRate)
    return fee + revealFees >= leastFee ? fee : leastFee - revealFees
  }
  for (;;) {
    const total = sum(coins.map(({ value }) => value))
    const withChange = least(spendSize(coins, [...outputs, { script: wallet.script, value: 0n }]))
    const change = total - spent - withChange
    if (change >= POSTAGE) return { coins, change, commitFee: withChange }
    const commitFee = total - spent
    if (coins.length > 0 && commitFee >= least(spendSize(coins, outputs))) return { coins, change: 0n, commitFee }
    const next = rest.shift()
    if (next === undefined) {
      const has = `the wallet has ${total} satoshis it can spend`
      const cure = `Send coins to ${wallet.address} and wait until they are confirmed.`
      throw new SettlementError('E_FUNDS', `${has}, ${spent + withChange} are needed. ${cure}`)
    }
    coins.push(next)
  }
}

/** Outputs of postage carry inscriptions: they never pay for others. */
export function spendable(coins: readonly Coin[]): Coin[] {
  return coins
    .filter(({ value }) => value > POSTAGE)
    .sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0))
}

export function sameCoin(a: Coin, b: Coin): boolean {
  return a.vout === b.vout && a.txid.every((byte, i) => byte === b.txid[i])
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
