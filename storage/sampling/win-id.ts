import { schnorr } from '@noble/curves/secp256k1.js'
import { concatBytes, uint32Bytes } from '../../src/lib/index.ts'
import type { WinClaim } from './judge-win.ts'

/** Names all wins of one key in a partition at a block: one of them counts. 32 bytes. */
export function winId(
  networkHash: Uint8Array,
  { key, partition, blockHash }: Pick<WinClaim, 'key' | 'partition' | 'blockHash'>,
): Uint8Array {
  return schnorr.utils.taggedHash('wsc/win-id', concatBytes(networkHash, key, uint32Bytes(partition), blockHash))
}
