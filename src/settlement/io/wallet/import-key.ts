import { sha256 } from '@noble/hashes/sha2.js'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import { hexToBytes } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import { isSecretKey } from './wallet-file.ts'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/**
 * A secret key out of 64 hex digits, WIF, or the descriptor `tr(KEY)` with or without checksum. Throws E_WALLET_FILE or
 * E_WALLET_NETWORK, never with any of the text.
 *
 * @example
 * import { parseSecretKey, regtest } from 'wsc-bitcoin'
 *
 * console.log(parseSecretKey('01'.repeat(32), regtest).length) // 32
 */
export function parseSecretKey(text: string, params: NetworkParams): Uint8Array {
  const inner = /^tr\(([^(),]+)\)(#[a-z0-9]{8})?$/.exec(text.trim())?.[1] ?? text.trim()
  const key = /^[0-9a-fA-F]{64}$/.test(inner) ? hexToBytes(inner) : fromWif(inner, params)
  if (key === null || !isSecretKey(key)) {
    const forms = '64 hex digits, a WIF of a compressed key, or the descriptor tr(KEY) of one'
    throw settlementError('E_WALLET_FILE', `what is to be imported is no usable key: write ${forms}`)
  }
  return key
}

/** Null where it is no WIF of a compressed key. */
function fromWif(text: string, params: NetworkParams): Uint8Array | null {
  const bytes = decodeBase58(text)
  if (bytes === null || bytes.length !== 38 || bytes[33] !== 1) return null
  const checksum = sha256(sha256(bytes.subarray(0, 34))).subarray(0, 4)
  if (!checksum.every((byte, i) => byte === bytes[34 + i])) return null
  const wanted = params.name === 'mainnet' ? 0x80 : 0xef
  if (bytes[0] !== wanted) {
    throw settlementError('E_WALLET_NETWORK', `the key is of another network than ${params.name}`)
  }
  return bytes.slice(1, 33)
}

function decodeBase58(text: string): Uint8Array | null {
  if (text.length > 60) return null
  let value = 0n
  for (const character of text) {
    const digit = BASE58.indexOf(character)
    if (digit < 0) return null
    value = value * 58n + BigInt(digit)
  }
  const bytes: number[] = []
  for (; value > 0n; value >>= 8n) bytes.unshift(Number(value & 0xffn))
  return Uint8Array.from(bytes)
}
