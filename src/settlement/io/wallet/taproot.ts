import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { crypto } from 'bitcoinjs-lib'
import { tapleafHash } from 'bitcoinjs-lib/src/payments/bip341'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import { concatBytes } from '../../../lib/index.ts'

const { Point } = secp256k1
const { Fn } = Point
const LEAF_VERSION = 0xc0

/** A taproot output (BIP341): one internal key, and at most one leaf. */
export interface TaprootOutput {
  /** OP_1 and the output key, 34 bytes. */
  readonly script: Uint8Array
  /** Opens the leaf; null where there is none. */
  readonly controlBlock: Uint8Array | null
  /** What the sighash of a script path spend commits to; null where there is no leaf. */
  readonly leafHash: Uint8Array | null
}

export function taprootOutput(internalKey: Uint8Array, leafScript?: Uint8Array): TaprootOutput {
  const leafHash = leafScript === undefined ? null : tapleafHash({ output: leafScript, version: LEAF_VERSION })
  const point = schnorr.utils.lift_x(bytesToNumber(internalKey)).add(Point.BASE.multiply(tweak(internalKey, leafHash)))
  const script = concatBytes(Uint8Array.of(0x51, 0x20), schnorr.utils.pointToBytes(point))
  const parity = point.toAffine().y & 1n
  const controlBlock = leafHash === null ? null : concatBytes(Uint8Array.of(LEAF_VERSION | Number(parity)), internalKey)
  return { script, controlBlock, leafHash }
}

/** Script of the taproot address of an author's key, 34 bytes: what a wallet of that key owns. */
export function authorScript(publicKey: Uint8Array): Uint8Array {
  return taprootOutput(publicKey).script
}

/** The key of a key path spend, for an output without a leaf (BIP86). */
export function outputSecretKey(secretKey: Uint8Array): Uint8Array {
  const internalKey = schnorr.getPublicKey(secretKey)
  const d = bytesToNumber(secretKey)
  const even = (Point.BASE.multiply(d).toAffine().y & 1n) === 0n
  return Fn.toBytes(Fn.add(even ? d : Fn.neg(d), tweak(internalKey, null)))
}

/** The human-readable part of a network's segwit addresses (BIP173; Core: kernel/chainparams.cpp, `bech32_hrp`). */
export function bech32Prefix(params: NetworkParams): string {
  if (params.name === 'mainnet') return 'bc'
  return params.retargeting ? 'tb' : 'bcrt'
}

function tweak(internalKey: Uint8Array, leafHash: Uint8Array | null): bigint {
  const content = leafHash === null ? internalKey : concatBytes(internalKey, leafHash)
  // Not below the curve's order with a probability of 2^-128; fromBytes throws then.
  return Fn.fromBytes(crypto.taggedHash('TapTweak', content))
}

function bytesToNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
