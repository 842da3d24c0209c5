import type { TaggedHash } from '../../bus/index.ts'
import { FIELD_MODULUS } from '../../bus/index.ts'
import { scriptCommitment } from './wanted-script.ts'

/** Elements of the state of circuits/compute/payments.circom. */
export const PAYMENT_ELEMENTS = 14

/** Where the state's parts stand, of those that are read outside the circuit. */
const PLACE = { history: 0, script: 1, totals: 2, key: 3, log: 4, next: 9, rest: 13 } as const

const FIELD_OF_TOTALS = 40n
const EXPECTED_BITS = 0xfn

/** Height and index of a transaction as one number, by which they are ordered. */
export function transactionKey({ height, index }: { readonly height: number; readonly index: number }): bigint {
  return (BigInt(height) << 32n) | BigInt(index)
}

/** What a fold begins with: nothing counted, and no transaction before this height to come. */
export function paymentStart(
  hash: TaggedHash,
  { history, script, from }: { readonly history: bigint; readonly script: Uint8Array; readonly from: number },
): bigint[] {
  const start = new Array<bigint>(PAYMENT_ELEMENTS).fill(0n)
  start[PLACE.history] = history
  start[PLACE.script] = scriptCommitment(hash, script)
  start[PLACE.key] = (transactionKey({ height: from, index: 0 }) + FIELD_MODULUS - 1n) % FIELD_MODULUS
  start[PLACE.next] = 4n
  return start
}

/** What a state says of transactions. */
export interface PaymentTotals {
  readonly transactions: bigint
  readonly outputs: bigint
  /** Satoshis. */
  readonly sum: bigint
  /** Of the last transaction. */
  readonly key: bigint
  /** What chains the keys of all. */
  readonly log: bigint
  /** Nothing is under way: all that was added belongs to transactions that came to their blocks' roots. */
  readonly settled: boolean
}

export function paymentTotals(state: readonly bigint[]): PaymentTotals {
  const at = (place: number) => state[place] as bigint
  const totals = at(PLACE.totals)
  const part = (value: bigint) => value & ((1n << FIELD_OF_TOTALS) - 1n)
  return {
    transactions: part(totals),
    outputs: part(totals >> FIELD_OF_TOTALS),
    sum: totals >> (2n * FIELD_OF_TOTALS),
    key: at(PLACE.key),
    log: at(PLACE.log),
    settled: (at(PLACE.rest) & EXPECTED_BITS) === 0n,
  }
}
