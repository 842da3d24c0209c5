import type { Transaction as Reference } from 'bitcoinjs-lib'
import { expect } from 'vitest'
import { sha256d, type Transaction, toDisplay, transactionId, witnessTransactionId } from '../../src/bitcoin/index.ts'

/** A transaction as this project and as bitcoinjs-lib read it. */
export function expectSame(tx: Transaction, reference: Reference): void {
  expect(tx.version >>> 0).toBe(reference.version >>> 0)
  expect(tx.lockTime).toBe(reference.locktime)
  expect(tx.segwit).toBe(reference.hasWitnesses())
  expect(toDisplay(transactionId(tx))).toBe(reference.getId())
  // Not `getHash(true)`: that gives the witness tree's zero bytes for whatever has a null prevout.
  expect(witnessTransactionId(tx)).toEqual(sha256d(reference.toBuffer()))
  expect(tx.inputs).toEqual(
    reference.ins.map((input) => ({
      prevoutTxid: new Uint8Array(input.hash),
      prevoutIndex: input.index,
      scriptSig: new Uint8Array(input.script),
      sequence: input.sequence,
      witness: input.witness.map((item) => new Uint8Array(item)),
    })),
  )
  expect(tx.outputs).toEqual(
    reference.outs.map(({ value, script }) => ({ value: BigInt(value), script: new Uint8Array(script) })),
  )
}
