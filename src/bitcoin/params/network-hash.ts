import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '../../lib/index.ts'
import { encodeHeader } from '../header.ts'
import type { NetworkParams } from './network-params.ts'

const TAG = sha256(new TextEncoder().encode('wsc/network'))

/**
 * 32 bytes that name a network by its genesis header and header rules, whatever it is called locally: SHA-256, tagged
 * `wsc/network` as in BIP340, of the genesis header (80 bytes), limitCompact, epochLength, v2Height, v3Height, v4Height
 * (4 bytes each, little-endian), and retargeting, custom, minDifficultyAfter20Minutes, bip94 (1 byte each, 0 or 1).
 * Custom signets of the same rules share it: their challenge is no header rule.
 *
 * @example
 * import { mainnet, networkHash } from 'wsc-bitcoin'
 *
 * console.log(networkHash(mainnet).length) // 32
 */
export function networkHash(params: NetworkParams): Uint8Array {
  const rules = new DataView(new ArrayBuffer(24))
  const numbers = [params.limitCompact, params.epochLength, params.v2Height, params.v3Height, params.v4Height]
  for (const [i, value] of numbers.entries()) rules.setUint32(4 * i, value, true)
  const flags = [params.retargeting, params.custom, params.minDifficultyAfter20Minutes, params.bip94]
  for (const [i, flag] of flags.entries()) rules.setUint8(20 + i, Number(flag))
  return sha256(concatBytes(TAG, TAG, encodeHeader(params.genesis), new Uint8Array(rules.buffer)))
}
