import { concatBytes, equalBytes } from '../../lib/index.ts'

/** What every coinbase has after its version: one input, a prevout of 32 zero bytes and index 2^32 − 1. */
const COMMON = Uint8Array.of(1, ...new Uint8Array(32), 0xff, 0xff, 0xff, 0xff)
const VERSION_BYTES = 4

/** The stripped coinbase without what all of them have in common. */
export function shortCoinbase(coinbase: Uint8Array): Uint8Array {
  const end = VERSION_BYTES + COMMON.length
  if (!equalBytes(coinbase.subarray(VERSION_BYTES, end), COMMON)) throw new RangeError('no stripped coinbase')
  return concatBytes(coinbase.subarray(0, VERSION_BYTES), coinbase.subarray(end))
}

/** The whole stripped coinbase; null when there is not even a version. */
export function joinCoinbase(short: Uint8Array): Uint8Array | null {
  if (short.length < VERSION_BYTES) return null
  return concatBytes(short.subarray(0, VERSION_BYTES), COMMON, short.subarray(VERSION_BYTES))
}
