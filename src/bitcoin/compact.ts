import { bitcoinError } from './errors.ts'

const UINT256 = (1n << 256n) - 1n

/** A target out of its compact form, and what is wrong with the form. */
export interface DecodedCompact {
  /** The low 256 bits of the value; meaningless as a target when `negative` or `overflow`. */
  readonly target: bigint
  readonly negative: boolean
  readonly overflow: boolean
}

/**
 * Core: arith_uint256::SetCompact. A sign bit on a zero mantissa is not negative, and a zero mantissa never
 * overflows. The mantissa that counts is the one *after* the right shift of sizes below 3.
 *
 * @example
 * import { decodeCompact } from 'wsc-bitcoin'
 *
 * const { target, negative, overflow } = decodeCompact(0x1d00ffff)
 * console.log(target === 0xffffn << 208n, negative, overflow) // true false false
 */
export function decodeCompact(bits: number): DecodedCompact {
  const size = bits >>> 24
  const mantissa = bits & 0x007fffff
  const word = size <= 3 ? mantissa >>> (8 * (3 - size)) : mantissa
  const target = size <= 3 ? BigInt(word) : (BigInt(word) << BigInt(8 * (size - 3))) & UINT256
  return {
    target,
    negative: word !== 0 && (bits & 0x00800000) !== 0,
    overflow: word !== 0 && (size > 34 || (word > 0xff && size > 33) || (word > 0xffff && size > 32)),
  }
}

/**
 * Core: arith_uint256::GetCompact, positive numbers. Truncates to the top 15 to 23 bits.
 *
 * @example
 * import { encodeCompact } from 'wsc-bitcoin'
 *
 * console.log(encodeCompact(0xffffn << 208n).toString(16)) // 1d00ffff
 */
export function encodeCompact(target: bigint): number {
  if (target < 0n || target > UINT256) throw bitcoinError('E_COMPACT', 'a target has at most 256 bits')
  let size = Math.ceil(bitLength(target) / 8)
  let mantissa = size <= 3 ? Number(target) << (8 * (3 - size)) : Number(target >> BigInt(8 * (size - 3)))
  // 0x00800000 is the sign: a mantissa that reaches it moves one byte down.
  if (mantissa & 0x00800000) {
    mantissa >>>= 8
    size++
  }
  return ((size << 24) | mantissa) >>> 0
}

function bitLength(n: bigint): number {
  return n === 0n ? 0 : n.toString(2).length
}
