import { concatBytes, type Result, readUint32, rejection, uint32Bytes } from '../../lib/index.ts'
import {
  decodeG1,
  decodeG2,
  encodeG1,
  encodeG2,
  G1_BYTES,
  type G1Point,
  G2_BYTES,
  type G2Point,
  PointError,
} from './points.ts'

/**
 * The compact verifying key of a circuit, version 1:
 *
 *     4 "WSCG"   1 version   4 number of public values n (little-endian)
 *     32 α   64 β   64 γ   64 δ   (n + 1) × 32 IC
 */
export interface Groth16Key {
  readonly alpha: G1Point
  readonly beta: G2Point
  readonly gamma: G2Point
  readonly delta: G2Point
  /** Of 1, then of each public value. */
  readonly ic: readonly G1Point[]
}

const HEAD = concatBytes(new TextEncoder().encode('WSCG'), Uint8Array.of(1))
const FIXED_BYTES = HEAD.length + 4 + G1_BYTES + 3 * G2_BYTES
/** Each public value takes a multiplication. */
const MAX_PUBLIC = 4_096
export const MAX_GROTH16_KEY_BYTES: number = FIXED_BYTES + G1_BYTES * (MAX_PUBLIC + 1)

export function encodeGroth16Key({ alpha, beta, gamma, delta, ic }: Groth16Key): Uint8Array {
  const fixed = [encodeG1(alpha), ...[beta, gamma, delta].map(encodeG2)]
  return concatBytes(HEAD, uint32Bytes(ic.length - 1), ...fixed, ...ic.map(encodeG1))
}

/** Reads a key, strictly: every point is in its group. */
export function decodeGroth16Key(bytes: Uint8Array): Result<{ readonly key: Groth16Key }, 'not-a-key'> {
  if (bytes.length < FIXED_BYTES || HEAD.some((byte, i) => bytes[i] !== byte)) {
    return rejection('not-a-key', 'it does not begin like a verifying key of Groth16')
  }
  const publicValues = readUint32(bytes, HEAD.length)
  if (publicValues > MAX_PUBLIC || bytes.length !== FIXED_BYTES + G1_BYTES * (publicValues + 1)) {
    return rejection('not-a-key', `${bytes.length} bytes are no key of ${publicValues} public values`)
  }
  let at = HEAD.length + 4
  const next = (length: number) => {
    at += length
    return bytes.subarray(at - length, at)
  }
  try {
    const alpha = decodeG1(next(G1_BYTES))
    const [beta, gamma, delta] = [decodeG2(next(G2_BYTES)), decodeG2(next(G2_BYTES)), decodeG2(next(G2_BYTES))]
    const ic = Array.from({ length: publicValues + 1 }, () => decodeG1(next(G1_BYTES)))
    return { ok: true, key: { alpha, beta, gamma, delta, ic } }
  } catch (error) {
    if (error instanceof PointError) return rejection('not-a-key', error.message)
    throw error
  }
}
