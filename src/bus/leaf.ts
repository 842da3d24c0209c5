import { type BlockHash, blockHash, encodeHeader, type Header } from '../bitcoin/index.ts'
import { concatBytes, uint32Bytes } from '../lib/index.ts'
import { decodeField, FIELD_BYTES } from './field.ts'

/**
 * The leaf of a header in the history: three elements that hold everything of it but its previous hash, which is the
 * hash in the leaf before. circuits/lib/leaf.circom takes it apart, docs/bus.md lists its fields.
 */
export type Leaf = readonly [bigint, bigint, bigint]

/** 28 bytes of each element, little-endian: half of the hash first, since a hash is read so too. */
export const LEAF_BYTES = 84
const ELEMENT_BYTES = LEAF_BYTES / 3

/** What a leaf says: the header without its previous hash, its hash and its height. */
export interface LeafFields extends Omit<Header, 'prevHash'> {
  readonly height: number
  readonly hash: BlockHash
}

/** A leaf's bytes. `hash` is the header's own, which whoever has a header has worked out already. */
export function leafBytes(height: number, hash: BlockHash, header: Header): Uint8Array {
  const raw = encodeHeader(header)
  const [version, root, timeAndBits, nonce] = [
    raw.subarray(0, 4),
    raw.subarray(36, 68),
    raw.subarray(68, 76),
    raw.subarray(76),
  ]
  return concatBytes(
    ...[hash.subarray(0, 16), uint32Bytes(height), timeAndBits],
    ...[hash.subarray(16), root.subarray(0, 12)],
    ...[root.subarray(12), version, nonce],
  )
}

export function leafOf(height: number, hash: BlockHash, header: Header): Leaf {
  // 224 bits are always in the field.
  return decodeField(leafInputs(leafBytes(height, hash, header))) as unknown as Leaf
}

/** The elements of any number of leaves as Poseidon takes them: each 28 bytes filled up to 32. */
export function leafInputs(leaves: Uint8Array): Uint8Array {
  const count = leaves.length / ELEMENT_BYTES
  const inputs = new Uint8Array(count * FIELD_BYTES)
  for (let i = 0; i < count; i++) {
    inputs.set(leaves.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES), i * FIELD_BYTES)
  }
  return inputs
}

/** Of a leaf's bytes alone. */
export function leafBlockHash(bytes: Uint8Array): BlockHash {
  return blockHash(concatBytes(bytes.subarray(0, 16), bytes.subarray(ELEMENT_BYTES, ELEMENT_BYTES + 16)))
}

/** Takes a leaf's bytes apart; every 84 bytes are a leaf of something. */
export function leafFields(bytes: Uint8Array): LeafFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, LEAF_BYTES)
  return {
    height: view.getUint32(16, true),
    hash: leafBlockHash(bytes),
    version: view.getInt32(76, true),
    merkleRoot: concatBytes(bytes.subarray(44, 56), bytes.subarray(56, 76)),
    time: view.getUint32(20, true),
    bits: view.getUint32(24, true),
    nonce: view.getUint32(80, true),
  }
}
