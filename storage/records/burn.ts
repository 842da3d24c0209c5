import type { Transaction } from '../../src/bitcoin/index.ts'
import { equalBytes, hexToBytes } from '../../src/lib/index.ts'
import { priceAt, type StorageParams } from '../params.ts'

/** OP_RETURN and "wscb": what an output pays to this script nobody can spend. */
export const BURN_SCRIPT: Uint8Array = hexToBytes('6a0477736362')

/** Satoshis that a transaction burns: outputs whose script is exactly that one. */
export function burned({ outputs }: Pick<Transaction, 'outputs'>): bigint {
  return outputs.reduce((sum, { value, script }) => (equalBytes(script, BURN_SCRIPT) ? sum + value : sum), 0n)
}

/** Satoshis that a blob of so many chunks has to burn in a block of this height. */
export function burnFor(params: StorageParams, chunks: number, height: number): bigint {
  return priceAt(params, height) * BigInt(chunks)
}
