import { Transaction } from 'bitcoinjs-lib'
import { concatBytes, equalBytes } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import { taprootOutput } from '../wallet/taproot.ts'
import type { Wallet } from '../wallet/wallet.ts'

/** An unspent output of the wallet's address. */
export interface Coin {
  /** Internal byte order. */
  readonly txid: Uint8Array
  readonly vout: number
  /** Satoshis. */
  readonly value: bigint
}

/** What stays on each inscription's output: the least that nodes relay for a taproot output (Core: GetDustThreshold). */
export const POSTAGE = 330n

/** Core: policy/policy.h, MAX_STANDARD_TX_WEIGHT. */
const MAX_WEIGHT = 400_000
/** Replaceable (BIP125), final. */
const SEQUENCE = 0xffff_fffd
const OP_CHECKSIG = 0xac
const NO_SIGNATURE = new Uint8Array(64)

/** The leaf whose showing inscribes: only the wallet's key can spend it. */
export function leafScript(wallet: Wallet, envelope: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(32), wallet.publicKey, Uint8Array.of(OP_CHECKSIG), envelope)
}

function newTransaction(): Transaction {
  const tx = new Transaction()
  tx.version = 2
  return tx
}

/** Spends a commit output by its leaf, to the wallet's address, and pays what else it is to pay. */
export function buildReveal(wallet: Wallet, leaf: Uint8Array, commit: Coin, pays: readonly Output[] = []): Transaction {
  const { script, controlBlock, leafHash } = taprootOutput(wallet.publicKey, leaf)
  const tx = newTransaction()
  tx.addInput(commit.txid, commit.vout, SEQUENCE)
  tx.addOutput(wallet.script, POSTAGE)
  for (const { script, value } of pays) tx.addOutput(script, value)
  const sighash = tx.hashForWitnessV1(0, [script], [commit.value], Transaction.SIGHASH_DEFAULT, leafHash!)
  tx.setWitness(0, [wallet.signScriptPath(sighash), leaf, controlBlock!])
  return tx
}

/** Virtual bytes of the reveal of this leaf. Throws E_TOO_LARGE where nodes would not relay it. */
export function revealSize(wallet: Wallet, leaf: Uint8Array, pays: readonly Output[] = []): number {
  const { controlBlock } = taprootOutput(wallet.publicKey, leaf)
  const tx = newTransaction()
  tx.addInput(new Uint8Array(32), 0, SEQUENCE)
  tx.addOutput(wallet.script, POSTAGE)
  for (const { script, value } of pays) tx.addOutput(script, value)
  tx.setWitness(0, [NO_SIGNATURE, leaf, controlBlock!])
  if (tx.weight() > MAX_WEIGHT) {
    const detail = `the reveal would have weight ${tx.weight()}, nodes relay up to ${MAX_WEIGHT}`
    throw settlementError('E_TOO_LARGE', `${detail}: inscribe less at once`)
  }
  return tx.virtualSize()
}

/** What a transaction pays, in satoshis, and under which condition. */
export interface Output {
  readonly script: Uint8Array
  readonly value: bigint
}

/** A coin of another key that a commit spends too, and makes anew. */
export interface TicketCoin {
  readonly wallet: Wallet
  readonly coin: Coin
}

/** Spends coins of the wallet by its key, and the ticket by its own. */
export function spendCoins(
  wallet: Wallet,
  coins: readonly Coin[],
  outputs: readonly Output[],
  ticket?: TicketCoin,
): Transaction {
  const tx = unsigned(coins, outputs)
  const owners = coins.map((coin) => (ticket !== undefined && sameCoin(coin, ticket.coin) ? ticket.wallet : wallet))
  const scripts = owners.map(({ script }) => script)
  const values = coins.map(({ value }) => value)
  for (const index of coins.keys()) {
    const sighash = tx.hashForWitnessV1(index, scripts, values, Transaction.SIGHASH_DEFAULT)
    tx.setWitness(index, [owners[index]!.signKeyPath(sighash)])
  }
  return tx
}

/** Virtual bytes of such a transaction. */
export function spendSize(coins: readonly Coin[], outputs: readonly Output[]): number {
  const tx = unsigned(coins, outputs)
  for (const index of coins.keys()) tx.setWitness(index, [NO_SIGNATURE])
  return tx.virtualSize()
}

function unsigned(coins: readonly Coin[], outputs: readonly Output[]): Transaction {
  const tx = newTransaction()
  for (const { txid, vout } of coins) tx.addInput(txid, vout, SEQUENCE)
  for (const { script, value } of outputs) tx.addOutput(script, value)
  return tx
}

/** Satoshis for so many virtual bytes at a rate in satoshis a virtual byte. */
export function feeFor(vsize: number, feeRate: number): bigint {
  return BigInt(Math.ceil(vsize * feeRate))
}

/** Outputs of postage carry inscriptions: they never pay for others. */
export function spendable(coins: readonly Coin[]): Coin[] {
  return coins
    .filter(({ value }) => value > POSTAGE)
    .sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0))
}

export function sameCoin(a: Coin, b: Coin): boolean {
  return a.vout === b.vout && equalBytes(a.txid, b.txid)
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
