/** What retention looks at: a checkpoint's height and when it was saved, as a growing number. */
export interface Retained {
  readonly height: number
  readonly sequence: number
}

/** Reorgs deeper than this fall back on older, sparser checkpoints. */
const RECENT = 40

/**
 * Which checkpoints to drop: the last `RECENT` saved stay, and of the older ones the lowest and the highest of every
 * distance range [2^k, 2^(k+1)) below the newest. So disk use grows with the logarithm of the height.
 */
export function expendable<T extends Retained>(checkpoints: readonly T[]): T[] {
  const newestFirst = checkpoints.toSorted((a, b) => b.sequence - a.sequence)
  const tip = newestFirst[0]?.height ?? 0
  const ranges = new Map<number, T[]>()
  for (const checkpoint of newestFirst.slice(RECENT)) {
    const range = Math.floor(Math.log2(Math.abs(tip - checkpoint.height) + 1))
    ranges.set(range, [...(ranges.get(range) ?? []), checkpoint])
  }
  return [...ranges.values()].flatMap((range) => range.toSorted((a, b) => a.height - b.height).slice(1, -1))
}
