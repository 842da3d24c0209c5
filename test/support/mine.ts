import { hash as digest } from 'node:crypto'
import { decodeHeader, encodeHeader, type Header, hashToUint256, headerHash } from '../../src/bitcoin/index.ts'

/** Which hashes are wanted: above `low`, and at most `high` in the bits of `mask`. */
export interface HashRange {
  readonly low?: bigint
  readonly high: bigint
  readonly mask?: bigint
}

export const ALL_BITS = (1n << 256n) - 1n

/**
 * The header with the least nonce from its own upwards whose hash lies in the range; undefined when nonces run out.
 * About 1 µs a hash: fit for regtest's target (2 hashes), not for 1e0377ae (4.8 million; see make-differential.ts).
 */
export function mineHeader(template: Header, range: HashRange): Header | undefined {
  const bytes = encodeHeader(template)
  const view = new DataView(bytes.buffer)
  for (let nonce = template.nonce; nonce <= 0xffffffff; nonce++) {
    view.setUint32(76, nonce, true)
    const hash = digest('sha256', digest('sha256', bytes, 'buffer'), 'buffer')
    // The highest byte alone refuses nearly all nonces of a hard target.
    if (BigInt(hash[31] ?? 0) & ((range.mask ?? ALL_BITS) >> 248n) && range.high >> 248n === 0n) continue
    const header = decodeHeader(bytes)
    if (inRange(header, range)) return header
  }
  return undefined
}

export function inRange(header: Header, range: HashRange): boolean {
  const hash = hashToUint256(headerHash(header))
  return hash > (range.low ?? -1n) && (hash & (range.mask ?? ALL_BITS)) <= range.high
}
