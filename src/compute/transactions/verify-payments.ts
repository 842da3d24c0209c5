import { toDisplay } from '../../bitcoin/index.ts'
import { type Attestation, type ProvedChain, poseidonOf } from '../../bus/index.ts'
import { bytesToHex, equalBytes, type Result, rejection } from '../../lib/index.ts'
import type { SnarkVerifier } from '../../proving/index.ts'
import { type Compared, comparedWith, type PrefixReject, sameBlock } from '../compared-with.ts'
import type { Manifest, TransactionsProgram } from '../manifest/manifest.ts'
import { type EndReject, provedEnd } from '../proved-end.ts'
import type { TransactionPlace, TransactionsResult } from '../result/result-file.ts'
import { logOf } from '../stream/log.ts'
import { MAX_SCRIPT_BYTES } from './limits.ts'
import { PAYMENT_ELEMENTS, paymentStart, paymentTotals, transactionKey } from './payment-state.ts'

/** Why a result over transactions does not hold under a bus proof. */
export type PaymentsReject =
  | 'wrong-program'
  | 'wrong-height'
  | 'wrong-block'
  | PrefixReject
  | 'bad-script'
  | 'wrong-script'
  | 'bad-heights'
  | 'bad-list'
  | 'bad-steps'
  | EndReject
  | 'unfinished'
  | 'wrong-state'

/** What was paid to a script in listed transactions, none of them twice. */
export interface VerifiedPayments extends Pick<TransactionsResult, 'script' | 'from' | 'to' | 'outputs' | 'sum'> {
  readonly height: number
  /** As explorers show it. */
  readonly blockHash: string
  /** Blocks from the result's to the bus proof's tip, both counted. */
  readonly confirmations: number
  readonly steps: number
  readonly transactions: readonly TransactionPlace[]
}

export interface VerifyPaymentsOptions {
  /** Of the program that is asked about, 32 bytes. */
  readonly program: Uint8Array
  readonly manifest: Pick<Manifest<TransactionsProgram>, 'program'>
  /** Of that program's circuit. */
  readonly verifier: SnarkVerifier
  /** Of a verified bus proof: of the result's height, or with `prefix` of a later one. */
  readonly chain: Compared & Pick<ProvedChain, 'anchor'>
  /** Attestation under that proof of the header at the result's height: with it goes what the chain had come to there. */
  readonly prefix?: Attestation | undefined
}

/**
 * That the listed transactions are in the proved chain, each once, and that their outputs to the script are so many and pay so
 * much. Nothing of the result is believed but compared: the start, with the chain's history and the script, is made here.
 */
export async function verifyPayments(
  result: TransactionsResult,
  { program, manifest, verifier, chain, prefix }: VerifyPaymentsOptions,
): Promise<Result<{ readonly verified: VerifiedPayments }, PaymentsReject>> {
  const { height, steps, script, from, to, transactions, outputs, sum } = result
  if (!equalBytes(result.program, program)) return rejection('wrong-program', 'a result of another program')
  const hash = poseidonOf(verifier)
  const compared = comparedWith(chain, prefix, hash)
  if (!compared.ok) return compared
  const { tip, accumulator: history } = compared
  const same = sameBlock({ height, blockHash: toDisplay(result.blockHash) }, compared, prefix !== undefined)
  if (!same.ok) return same
  if (script.length > MAX_SCRIPT_BYTES) return rejection('bad-script', `a script of ${script.length} bytes`)
  const { script: fixed } = manifest.program
  if (fixed !== undefined && bytesToHex(script) !== fixed) {
    return rejection('wrong-script', `what is paid to ${bytesToHex(script)}, the program counts for ${fixed}`)
  }
  if (from > to || to > height) return rejection('bad-heights', `blocks ${from} to ${to} in a result at ${height}`)
  const listed = listedKeys(result)
  if (!listed.ok) return listed
  if (steps < 1) return rejection('bad-steps', 'no steps')
  const end = await provedEnd(verifier, result, paymentStart(hash, { history, script, from }))
  if (!end.ok) return end
  if (end.vector.length !== PAYMENT_ELEMENTS) return rejection('proof-malformed', 'it ends in no state of this kind')
  const totals = paymentTotals(end.vector)
  if (!totals.settled) return rejection('unfinished', 'the proof ends within a transaction')
  const { keys } = listed
  if (totals.transactions !== BigInt(keys.length) || totals.key !== keys.at(-1) || totals.log !== logOf(hash, keys)) {
    return rejection('bad-list', 'the transactions are not those that the proof counts')
  }
  if (totals.outputs !== outputs || totals.sum !== sum) {
    return rejection('wrong-state', 'the proof counts other outputs, or another sum, than the result says')
  }
  const confirmations = chain.height - height + 1
  const verified = { height, blockHash: tip, confirmations, steps, script, from, to, transactions, outputs, sum }
  return { ok: true, verified }
}

/** Some, each after the one before, all of them between the heights. */
function listedKeys({ transactions, from, to }: TransactionsResult): Result<{ readonly keys: bigint[] }, 'bad-list'> {
  if (transactions.length === 0) return rejection('bad-list', 'no transactions')
  const keys = transactions.map(transactionKey)
  if (keys.some((key, i) => i > 0 && key <= (keys[i - 1] as bigint))) {
    return rejection('bad-list', 'transactions out of their order, or one of them twice')
  }
  const [first, last] = [transactions[0], transactions.at(-1)] as [TransactionPlace, TransactionPlace]
  if (first.height >= from && last.height <= to) return { ok: true, keys }
  return rejection('bad-list', `transactions of blocks ${first.height} to ${last.height}, not of ${from} to ${to}`)
}
