import { decodeCompact, encodeCompact } from './compact.ts'
import { blockWork } from './work.ts'

/**
 * Why nBits cannot stand in a proved state, or undefined. The state holds target / 2^112 and a block's work in 128
 * bits; both bound the targets a network, an anchor or a checkpoint may have.
 */
export function unusableTarget(bits: number): string | undefined {
  const { target, negative, overflow } = decodeCompact(bits)
  if (negative || overflow || target === 0n) return 'not a positive 256-bit target'
  if (encodeCompact(target) !== bits) return 'not in its shortest compact form'
  const size = bits >>> 24
  if (size < 17 || size > 32 || blockWork(target) >> 128n !== 0n) return 'outside the targets that can be proved'
  return undefined
}
