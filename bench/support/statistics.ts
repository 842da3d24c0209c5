import type { Quantity, Unit } from './quantity.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle]
  if (high === undefined) throw new RangeError('no values')
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] as number) + high) / 2
}

/** The median of several runs, with the least and the greatest. */
export function summary(values: readonly number[], unit: Unit): Quantity {
  return { value: median(values), unit, low: Math.min(...values), high: Math.max(...values), runs: values.length }
}
