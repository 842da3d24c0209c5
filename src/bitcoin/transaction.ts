import type { Rejection } from '../lib/index.ts'
import { ByteReader, type DecodeReject, decoding, refuse } from './byte-reader.ts'
import { sha256d, type Txid, type Wtxid } from './hash.ts'

/** Core: consensus/consensus.h, MAX_BLOCK_WEIGHT. No transaction can be heavier than a block. */
export const MAX_BLOCK_WEIGHT = 4_000_000
const WITNESS_SCALE_FACTOR = 4

/** Satoshis. Core: consensus/amount.h, MAX_MONEY. */
const MAX_MONEY = 2_100_000_000_000_000n

const SEGWIT_MARKER_BYTES = 2
const LOCK_TIME_BYTES = 4

/** What a transaction spends, and by which right. */
export interface TransactionInput {
  /** Internal order; 32 zero bytes in a coinbase. */
  readonly prevoutTxid: Txid
  readonly prevoutIndex: number
  readonly scriptSig: Uint8Array
  readonly sequence: number
  /** The witness stack, bottom first; empty without one. */
  readonly witness: readonly Uint8Array[]
}

/** What a transaction pays, and under which condition. */
export interface TransactionOutput {
  /** Satoshis. */
  readonly value: bigint
  readonly script: Uint8Array
}

/** All byte arrays are views of what it was decoded from. */
export interface Transaction {
  /** Signed 32 bits. */
  readonly version: number
  readonly inputs: readonly TransactionInput[]
  readonly outputs: readonly TransactionOutput[]
  readonly lockTime: number
  /** Serialised with marker, flag and witness (BIP144). */
  readonly segwit: boolean
  /** The whole serialisation, witness included. */
  readonly bytes: Uint8Array
  /** Where in `bytes` the outputs end: the witness begins here, or the lock time. */
  readonly outputsEnd: number
}

/** A well-formed transaction, or why the bytes are none. */
export type TransactionResult =
  | { readonly ok: true; readonly tx: Transaction /** Offset after its last byte. */; readonly end: number }
  | Rejection<DecodeReject>

/**
 * Reads a transaction at `offset`, strictly: what Core's deserialisation refuses is refused (primitives/transaction.h),
 * and what its CheckTransaction finds without looking further (consensus/tx_check.cpp): no inputs, no outputs,
 * impossible values, more weight than a block has.
 *
 * @example
 * import { decodeTransaction } from 'wsc-bitcoin'
 *
 * const hex = '0100000001' + '00'.repeat(32) + 'ffffffff0100ffffffff0100f2052a0100000000' + '00000000'
 * const result = decodeTransaction(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))
 * console.log(result.ok ? result.tx.outputs[0]?.value : result.reject) // 5000000000n
 */
export function decodeTransaction(bytes: Uint8Array, offset = 0): TransactionResult {
  return decoding(() => {
    const reader = new ByteReader(bytes, offset)
    const tx = readTransaction(reader)
    return { ok: true, tx, end: reader.at } as const
  })
}

/** Exactly one transaction: bytes after it are refused. */
export function decodeWholeTransaction(bytes: Uint8Array): TransactionResult {
  const result = decodeTransaction(bytes)
  if (!result.ok || result.end === bytes.length) return result
  return { ok: false, reject: 'trailing-bytes', detail: `${bytes.length - result.end} bytes after the transaction` }
}

/** For decoders of what contains transactions; refuses by throwing within `decoding`. */
export function readTransaction(reader: ByteReader): Transaction {
  const from = reader.at
  const version = reader.int32()
  // An input count of zero marks the extended form of BIP144; what follows is a flag byte.
  const segwit = reader.bytes[reader.at] === 0 && reader.left > 1 && reader.bytes[reader.at + 1] !== 0
  let flag = 0
  if (segwit) {
    reader.uint8()
    flag = reader.uint8()
  }
  const inputs = readInputs(reader)
  if (inputs.length === 0) refuse('no-inputs', `the transaction at byte ${from} has no inputs`)
  const outputs = readOutputs(reader)
  if (outputs.length === 0) refuse('no-outputs', `the transaction at byte ${from} has no outputs`)
  const outputsEnd = reader.at - from
  if ((flag & 1) !== 0) readWitnesses(reader, inputs, from)
  if ((flag & ~1) !== 0) refuse('unknown-flag', `flag ${flag} in the transaction at byte ${from}`)
  const lockTime = reader.uint32()
  const length = reader.at - from
  const stripped = outputsEnd + LOCK_TIME_BYTES - (segwit ? SEGWIT_MARKER_BYTES : 0)
  const weight = stripped * (WITNESS_SCALE_FACTOR - 1) + length
  if (weight > MAX_BLOCK_WEIGHT) refuse('oversize', `weight ${weight}; a block has at most ${MAX_BLOCK_WEIGHT}`)
  return { version, inputs, outputs, lockTime, segwit, bytes: reader.bytes.subarray(from, reader.at), outputsEnd }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const NO_WITNESS: readonly Uint8Array[] = []

function readInputs(reader: ByteReader): Writable<TransactionInput>[] {
  const inputs: Writable<TransactionInput>[] = []
  for (let left = reader.count(41); left > 0; left--) {
    inputs.push({
      prevoutTxid: reader.slice(32) as Txid,
      prevoutIndex: reader.uint32(),
      scriptSig: reader.slice(reader.compactSize()),
      sequence: reader.uint32(),
      witness: NO_WITNESS,
    })
  }
  return inputs
}

function readOutputs(reader: ByteReader): TransactionOutput[] {
  const outputs: TransactionOutput[] = []
  let total = 0n
  for (let left = reader.count(9); left > 0; left--) {
    const value = reader.uint64()
    const script = reader.slice(reader.compactSize())
    total += value
    // The unsigned reading turns Core's negative values into ones that are too large.
    if (total > MAX_MONEY) refuse('value-out-of-range', `outputs of more than ${MAX_MONEY} satoshis`)
    outputs.push({ value, script })
  }
  return outputs
}

function readWitnesses(reader: ByteReader, inputs: Writable<TransactionInput>[], from: number): void {
  let some = false
  for (const input of inputs) {
    const items = reader.count(1)
    if (items === 0) continue
    some = true
    const witness: Uint8Array[] = []
    for (let i = 0; i < items; i++) witness.push(reader.slice(reader.compactSize()))
    input.witness = witness
  }
  if (!some) refuse('superfluous-witness', `the transaction at byte ${from} has the witness form and no witness`)
}

/** Without marker, flag and witness: what the txid is the hash of. */
export function strippedBytes(tx: Transaction): Uint8Array {
  if (!tx.segwit) return tx.bytes
  const body = tx.bytes.subarray(4 + SEGWIT_MARKER_BYTES, tx.outputsEnd)
  const out = new Uint8Array(4 + body.length + LOCK_TIME_BYTES)
  out.set(tx.bytes.subarray(0, 4))
  out.set(body, 4)
  out.set(tx.bytes.subarray(tx.bytes.length - LOCK_TIME_BYTES), 4 + body.length)
  return out
}

/**
 * Double SHA-256 without the witness, internal order.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeBlock, toDisplay, transactionId } from 'wsc-bitcoin'
 *
 * const result = decodeBlock(await readFile('block.bin'))
 * const coinbase = result.ok ? result.block.transactions[0] : undefined
 * console.log(coinbase && toDisplay(transactionId(coinbase)))
 */
export function transactionId(tx: Transaction): Txid {
  return sha256d(strippedBytes(tx)) as Txid
}

/** Of a coinbase too: the 32 zero bytes that stand for it in the witness tree are the tree's affair (BIP141). */
export function witnessTransactionId(tx: Transaction): Wtxid {
  return sha256d(tx.bytes) as Wtxid
}

/** One input that spends nothing (Core: CTransaction::IsCoinBase, COutPoint::IsNull). */
export function isCoinbase(tx: Transaction): boolean {
  const [input] = tx.inputs
  return tx.inputs.length === 1 && input?.prevoutIndex === 0xffff_ffff && input.prevoutTxid.every((byte) => byte === 0)
}
