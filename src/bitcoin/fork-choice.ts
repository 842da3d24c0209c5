import type { ChainContext } from './context.ts'

/**
 * Most work wins, never the longest; on equal work the one seen first stays (Core: CBlockIndexWorkComparator).
 * Both must come from the same start: work counted from different anchors does not compare.
 */
export function moreWork(current: ChainContext, candidate: ChainContext): ChainContext {
  return candidate.chainwork > current.chainwork ? candidate : current
}
