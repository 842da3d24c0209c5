import { schnorr } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { networkHash } from '../../src/bitcoin/index.ts'
import { concatBytes, hexToBytes } from '../../src/lib/index.ts'
import type { Drawing } from './statement.ts'

/** H("wsc/certificate", network hash ‖ id ‖ H ‖ SHA-256(proof)), H being BIP340's tagged hash: what a provider signs. */
export function certificateMessage(
  { network, blob, blockHash }: Pick<Drawing, 'network' | 'blob' | 'blockHash'>,
  proof: Uint8Array,
): Uint8Array {
  const about = concatBytes(networkHash(network), hexToBytes(blob.id), blockHash, sha256(proof))
  return schnorr.utils.taggedHash('wsc/certificate', about)
}

export function certificateSigned(drawing: Drawing, proof: Uint8Array, signature: Uint8Array): boolean {
  return schnorr.verify(signature, certificateMessage(drawing, proof), drawing.key)
}
