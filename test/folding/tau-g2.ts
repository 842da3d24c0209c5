import { readFile } from 'node:fs/promises'

/** τ·G2 as it stands in a powers-of-tau file: the second point of section 3, in the form the addon takes a pin in. */
export async function tauG2Of(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file)
  for (let at = 12; at < bytes.length; ) {
    const content = at + 12
    if (bytes.readUInt32LE(at) === 3) return canonical(bytes.subarray(content + 128, content + 256))
    at = content + Number(bytes.readBigUInt64LE(at + 4))
  }
  throw new Error('no section 3')
}

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

/** Four coordinates out of Montgomery form (a factor of 2^256), each 32 bytes little-endian. */
function canonical(point: Uint8Array): Uint8Array {
  const inverse = modInverse(1n << 256n)
  return Uint8Array.from(
    [0, 32, 64, 96].flatMap((at) => {
      const value = point.subarray(at, at + 32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
      const plain = (value * inverse) % Q
      return littleEndian(plain)
    }),
  )
}

/** −τ·G2, in the same form: that of other powers, −τ's. */
export function negated(tauG2: Uint8Array): Uint8Array {
  const y = [64, 96].flatMap((at) => {
    const value = tauG2.subarray(at, at + 32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    return littleEndian((Q - value) % Q)
  })
  return Uint8Array.of(...tauG2.subarray(0, 64), ...y)
}

const littleEndian = (value: bigint) => Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))

function modInverse(value: bigint): bigint {
  let result = 1n
  let base = value % Q
  for (let exponent = Q - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % Q
    base = (base * base) % Q
  }
  return result
}
