import type { ChainContext } from './context.ts'

/**
 * Most work wins, never the longest; on equal work the one seen first stays (Core: CBlockIndexWorkComparator).
 * Both must come from the same start: work counted from different anchors does not compare.
 *
 * @example
 * import { mainnet, moreWork, startContext } from 'wsc-bitcoin'
 *
 * const current = startContext(mainnet)
 * const candidate = { ...current, chainwork: current.chainwork + 1n }
 * console.log(moreWork(current, candidate) === candidate) // true
 */
export function moreWork(current: ChainContext, candidate: ChainContext): ChainContext {
  return candidate.chainwork > current.chainwork ? candidate : current
}
