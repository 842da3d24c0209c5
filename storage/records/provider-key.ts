import { ed25519 } from '@noble/curves/ed25519.js'
import { networkHash } from '../../src/bitcoin/index.ts'
import { concatBytes, uint32Bytes } from '../../src/lib/index.ts'
import type { StorageParams } from '../params.ts'

/** What a provider's peer agrees to: that it works for this author on this network, as of this block. */
export interface ProviderClaim {
  /** X-only key that signs the record. */
  readonly author: Uint8Array
  /** The record's `height`. */
  readonly height: number
}

const PREFIX = new TextEncoder().encode('wsc/provider')

/** "wsc/provider" ‖ network hash ‖ author ‖ height (4 bytes, little-endian). */
function claimMessage({ network }: StorageParams, { author, height }: ProviderClaim): Uint8Array {
  return concatBytes(PREFIX, networkHash(network), author, uint32Bytes(height))
}

/** The signature in a provider's record, by the Ed25519 secret key of its peer (32 bytes). */
export function signClaim(params: StorageParams, claim: ProviderClaim, secretKey: Uint8Array): Uint8Array {
  return ed25519.sign(claimMessage(params, claim), secretKey)
}

/** By the rules of RFC 8032, strictly: what nodes may judge differently would split the table. */
export function claimHolds(params: StorageParams, claim: ProviderClaim, key: Uint8Array, sig: Uint8Array): boolean {
  try {
    return ed25519.verify(sig, claimMessage(params, claim), key, { zip215: false })
  } catch {
    return false
  }
}
