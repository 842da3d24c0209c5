import { FIELD_MODULUS } from '../modulus.ts'

const FIELD_BYTES = 32

/** A witness (wires × 32 bytes, little-endian) as a file of iden3's format `wtns`, version 2. */
export function witnessFile(witness: Uint8Array): Uint8Array {
  const wires = witness.length / FIELD_BYTES
  const head = Buffer.alloc(4 + 4 + 4 + 12 + 4 + FIELD_BYTES + 4 + 12)
  head.write('wtns', 0, 'latin1')
  head.writeUInt32LE(2, 4)
  head.writeUInt32LE(2, 8)
  head.writeUInt32LE(1, 12)
  head.writeBigUInt64LE(BigInt(4 + FIELD_BYTES + 4), 16)
  head.writeUInt32LE(FIELD_BYTES, 24)
  Buffer.from(FIELD_MODULUS.toString(16).padStart(2 * FIELD_BYTES, '0'), 'hex')
    .reverse()
    .copy(head, 28)
  head.writeUInt32LE(wires, 28 + FIELD_BYTES)
  head.writeUInt32LE(2, 32 + FIELD_BYTES)
  head.writeBigUInt64LE(BigInt(witness.length), 36 + FIELD_BYTES)
  return Buffer.concat([head, witness])
}
