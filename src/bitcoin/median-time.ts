/** Headers the median is taken over (Core: CBlockIndex::nMedianTimeSpan). */
export const MEDIAN_SPAN = 11

/**
 * Median of the last 11 times, or of as many as exist; of an even count the greater middle one, as
 * CBlockIndex::GetMedianTimePast sorts and takes the element at count / 2. A new header's time must exceed it.
 *
 * @example
 * import { medianTimePast } from 'wsc-bitcoin'
 *
 * console.log(medianTimePast([30, 10, 20, 40])) // 30
 */
export function medianTimePast(times: readonly number[]): number {
  const sorted = Uint32Array.from(times).sort()
  return sorted[sorted.length >> 1] ?? 0
}

/**
 * The last 11 times with the start values of the proved state in front where fewer exist: 0, 2^32-1, 0, … so
 * that "at least 6 of the 11 are smaller" says the same as Core's median at every height.
 */
export function paddedTimes(times: readonly number[]): readonly number[] {
  const padding = Array.from({ length: MEDIAN_SPAN - 1 }, (_, i) => (i % 2 === 0 ? 0 : 0xffffffff))
  return [...padding.slice(times.length - 1), ...times]
}
