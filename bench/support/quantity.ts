/** A measured or counted number. */
export interface Quantity {
  readonly value: number
  readonly unit: Unit
  /** Least and greatest of several runs, where `value` is the median. */
  readonly low?: number
  readonly high?: number
  readonly runs?: number
}

export type Unit = 's' | 'ms' | 'µs' | 'h' | 'B' | 'MB' | 'MB/s' | '×' | '/s' | ''

export function count(value: number): Quantity {
  return { value, unit: '' }
}

export function bytes(value: number): Quantity {
  return { value, unit: 'B' }
}

export function megabytes(value: number): Quantity {
  return { value: value / 1e6, unit: 'MB' }
}

export function ratio(value: number): Quantity {
  return { value, unit: '×' }
}

/** `0.36 s (0.34–0.40)`: the median and, if the runs differ, their range. */
export function formatQuantity({ value, unit, low, high }: Quantity): string {
  const number = (n: number) => (unit === '' || unit === 'B' ? grouped(n) : significant(n))
  const range =
    low === undefined || high === undefined || number(low) === number(high) ? '' : ` (${number(low)}–${number(high)})`
  return `${number(value)}${unit === '' ? '' : unit === '/s' || unit === '×' ? unit : ` ${unit}`}${range}`
}

function grouped(n: number): string {
  return Math.round(n).toLocaleString('en-GB')
}

/** Three significant digits, whole numbers beyond that. */
function significant(n: number): string {
  if (n === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(n))))
  return digits === 0 ? grouped(n) : n.toFixed(Math.min(digits, 4))
}
