import { schnorr } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type NetworkParams, networkHash } from '../../bitcoin/index.ts'
import { concatBytes } from '../../lib/index.ts'
import { encodeCbor } from './cbor.ts'
import type { UnsignedRecord, WscRecord } from './record.ts'

/** What a record’s signature covers beside the record: network, content type and body. */
export interface SignedContent {
  readonly params: NetworkParams
  readonly contentType: Uint8Array
  readonly body: Uint8Array
}

/**
 * What a record's signature signs: the hash, tagged `wsc/record` (BIP340), of
 *
 *     32  hash of the network's parameters       32  SHA-256 of the body
 *      4  length of the content type (little-endian)   n  content type
 *      m  deterministic CBOR of the record without `sig`
 */
export function recordMessage(record: UnsignedRecord, { params, contentType, body }: SignedContent): Uint8Array {
  return recordMessageOfHash(record, { params, contentType, bodyHash: sha256(body) })
}

/** The same, for who has the SHA-256 of the body alone. */
export function recordMessageOfHash(
  record: UnsignedRecord,
  { params, contentType, bodyHash }: Omit<SignedContent, 'body'> & { readonly bodyHash: Uint8Array },
): Uint8Array {
  const { v, kind, program, height, blockHash, output, seq, author } = record
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, contentType.length, true)
  const unsigned = encodeCbor({ v, kind, program, height, blockHash, output, seq, author })
  const content = concatBytes(networkHash(params), bodyHash, length, contentType, unsigned)
  return schnorr.utils.taggedHash('wsc/record', content)
}

/**
 * Signs as the author. `aux` is fresh randomness (BIP340), 32 bytes; zeros make the signature deterministic.
 *
 * @example
 * import { regtest, signRecord } from 'wsc-bitcoin'
 *
 * const secretKey = new Uint8Array(32).fill(1)
 * const type = 'text/plain'
 * const content = { params: regtest, contentType: new TextEncoder().encode(type), body: new Uint8Array(3) }
 * const zeros = new Uint8Array(32)
 * const about = { v: 1, kind: 'result', program: zeros, height: 7, blockHash: zeros, output: zeros, seq: 1 }
 * const record = signRecord(about, content, secretKey, zeros)
 * console.log(record.sig.length) // 64
 */
export function signRecord(
  record: Omit<UnsignedRecord, 'author'>,
  content: SignedContent,
  secretKey: Uint8Array,
  aux: Uint8Array,
): WscRecord {
  const unsigned = { ...record, author: schnorr.getPublicKey(secretKey) }
  return { ...unsigned, sig: schnorr.sign(recordMessage(unsigned, content), secretKey, aux) }
}

export function signatureHolds(record: WscRecord, content: SignedContent): boolean {
  return schnorr.verify(record.sig, recordMessage(record, content), record.author)
}
