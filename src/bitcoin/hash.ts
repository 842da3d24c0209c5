import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '../lib/index.ts'
import { bitcoinError } from './errors.ts'

declare const brand: unique symbol

/** 32 bytes as SHA-256 puts them out and as headers carry them (internal order). */
export type BlockHash = Uint8Array & { readonly [brand]: 'BlockHash' }

/** SHA-256d of a transaction without its witness, internal order: what block headers commit to. */
export type Txid = Uint8Array & { readonly [brand]: 'Txid' }

/** SHA-256d of a whole transaction, internal order: what the coinbase's commitment covers (BIP141). */
export type Wtxid = Uint8Array & { readonly [brand]: 'Wtxid' }

/** 64 hex digits, bytes reversed, as block explorers and RPC show a hash. */
export type DisplayHash = string & { readonly [brand]: 'DisplayHash' }

export function sha256d(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes))
}

/** Brands 32 bytes that are already in internal order. */
export function blockHash(internal: Uint8Array): BlockHash {
  if (internal.length !== 32) throw bitcoinError('E_HASH', `a block hash has 32 bytes, not ${internal.length}`)
  return internal as BlockHash
}

/** Brands 32 bytes that are already in internal order. */
export function txid(internal: Uint8Array): Txid {
  if (internal.length !== 32) throw bitcoinError('E_HASH', `a txid has 32 bytes, not ${internal.length}`)
  return internal as Txid
}

/**
 * As explorers and RPC show it.
 *
 * @example
 * import { headerHash, mainnet, toDisplay } from 'wsc-bitcoin'
 *
 * const display = toDisplay(headerHash(mainnet.genesis))
 * console.log(display) // 000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f
 */
export function toDisplay(hash: BlockHash | Txid | Wtxid): DisplayHash {
  return bytesToHex(Uint8Array.from(hash).reverse()) as DisplayHash
}

/**
 * Throws E_HASH unless it is 64 hex digits.
 *
 * @example
 * import { fromDisplay } from 'wsc-bitcoin'
 *
 * const hash = fromDisplay('000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f')
 * console.log(hash[0], hash[31]) // 111 0
 */
export function fromDisplay(display: string): BlockHash {
  if (!/^[0-9a-fA-F]{64}$/.test(display)) throw bitcoinError('E_HASH', 'a displayed block hash has 64 hex digits')
  return hexToBytes(display).reverse() as BlockHash
}

export function sameHash(a: BlockHash, b: BlockHash): boolean {
  for (let i = 31; i >= 0; i--) if (a[i] !== b[i]) return false
  return true
}

/** The number proof of work compares: the bytes read little-endian (Core: UintToArith256). */
export function hashToUint256(hash: BlockHash): bigint {
  const view = new DataView(hash.buffer, hash.byteOffset, 32)
  const high = (view.getBigUint64(24, true) << 64n) | view.getBigUint64(16, true)
  return (high << 128n) | (view.getBigUint64(8, true) << 64n) | view.getBigUint64(0, true)
}
