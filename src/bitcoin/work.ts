/**
 * Hashes a block at this target takes on average: floor(2^256 / (target + 1)), and 0 for no valid target.
 * Core: chain.cpp GetBlockProof, which writes it ~target / (target + 1) + 1 to stay within 256 bits.
 *
 * @example
 * import { blockWork, decodeCompact } from 'wsc-bitcoin'
 *
 * console.log(blockWork(decodeCompact(0x1d00ffff).target)) // 4295032833n
 */
export function blockWork(target: bigint): bigint {
  return target <= 0n ? 0n : (1n << 256n) / (target + 1n)
}
