import type { Transaction } from 'bitcoinjs-lib'
import type { TransactionOutput } from '../../../bitcoin/index.ts'
import { aByteArray, WscError } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import { taprootOutput } from '../wallet/taproot.ts'
import type { Wallet } from '../wallet/wallet.ts'
import type { FundedCommit } from './funding.ts'
import { buildReveal, type Coin, feeFor, type Output, POSTAGE, revealSize, sum } from './transactions.ts'

/** A commit with its reveals is at most 25 transactions (Core: policy/policy.h, DEFAULT_DESCENDANT_LIMIT). */
export const MAX_BATCH = 24
/** And so many virtual bytes (Core: policy/policy.h, DEFAULT_DESCENDANT_SIZE_LIMIT_KVB). */
const MAX_BATCH_VSIZE = 101_000

/** One commit and what it commits to, signed and not sent. */
export interface Plan {
  readonly coins: readonly Coin[]
  readonly commit: Transaction
  readonly reveals: readonly Transaction[]
  readonly cost: Cost
}

/** What inscribing costs. */
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
  /** What reveals pay or burn beside that. */
  readonly paid: bigint
  /** All fees. */
  readonly fees: bigint
  /** Pays for what waits (CPFP). */
  readonly child?: { readonly vsize: number; readonly fee: bigint }
}

/** For each inscription in order what its reveal pays beside its own output; nothing for those that are not there. */
export type Pays = readonly (readonly TransactionOutput[])[]

/** What a commit has to pay, before anybody has funded it. */
export interface Draft {
  readonly leaves: readonly Uint8Array[]
  /** What the reveal of each leaf pays beside the inscription's output. */
  readonly pays: Pays
  readonly feeRate: number
  /** One a leaf: what its reveal spends. */
  readonly outputs: readonly Output[]
  readonly revealVsizes: readonly number[]
  readonly revealFees: readonly bigint[]
}

/** Throws E_TOO_LARGE where nodes would not relay it. */
export function draftPlan(wallet: Wallet, leaves: readonly Uint8Array[], feeRate: number, pays: Pays = []): Draft {
  if (leaves.length === 0 || leaves.length > MAX_BATCH) {
    throw settlementError('E_TOO_LARGE', `one commit holds 1 to ${MAX_BATCH} inscriptions, not ${leaves.length}`)
  }
  const revealVsizes = leaves.map((leaf, i) => revealSize(wallet, leaf, pays[i]))
  const revealFees = revealVsizes.map((vsize) => feeFor(vsize, feeRate))
  const outputs = leaves.map((leaf, i): Output => {
    const value = revealFees[i]! + POSTAGE + sum((pays[i] ?? []).map(({ value }) => value))
    return { script: taprootOutput(wallet.publicKey, leaf).script, value }
  })
  return { leaves, pays, feeRate, outputs, revealVsizes, revealFees }
}

/** Throws E_OPTIONS where payments are none, or belong to no inscription. */
export function requirePays(envelopes: readonly Uint8Array[], pays: Pays): void {
  const whole =
    pays.length <= envelopes.length &&
    pays.flat().every(({ script, value }) => {
      return aByteArray.holds(script) && typeof value === 'bigint' && value >= 0n
    })
  if (!whole) throw new WscError('E_OPTIONS', 'payments are scripts with satoshis, at most one list an inscription')
}

/** Throws E_TOO_LARGE where nodes would relay a commit and some of its reveals, and not the others. */
export function requireRelayable(vsizes: readonly number[]): void {
  const vsize = vsizes.reduce((total, one) => total + one, 0)
  if (vsize <= MAX_BATCH_VSIZE) return
  const detail = `commit and reveals have ${vsize} vB, nodes relay up to ${MAX_BATCH_VSIZE} before the commit is confirmed`
  throw settlementError('E_TOO_LARGE', `${detail}: inscribe in several batches`)
}

/** Builds the reveals of a funded commit. */
export function finishPlan(wallet: Wallet, draft: Draft, { coins, commit, fee }: FundedCommit): Plan {
  const { leaves, pays, feeRate, outputs, revealVsizes, revealFees } = draft
  const txid = commit.getHash()
  const reveals = leaves.map((leaf, vout) => {
    return buildReveal(wallet, leaf, { txid, vout, value: outputs[vout]!.value }, pays[vout])
  })
  return {
    coins,
    commit,
    reveals,
    cost: {
      feeRate,
      commitVsize: commit.virtualSize(),
      revealVsizes,
      commitFee: fee,
      revealFees,
      postage: POSTAGE * BigInt(leaves.length),
      paid: sum(pays.flat().map(({ value }) => value)),
      fees: fee + sum(revealFees),
    },
  }
}
