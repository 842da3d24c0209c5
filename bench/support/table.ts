import { formatQuantity, type Quantity } from './quantity.ts'

export type Cell = string | Quantity

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const text = (cell: Cell): string => (typeof cell === 'string' ? cell : formatQuantity(cell))

/** Columns aligned by spaces: the first to the left, numbers to the right. */
export function plainTable({ columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(text))]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const right = columns.map((_, i) => i > 0 && rows.some((row) => typeof row[i] === 'object'))
  const pad = (cell: string, i: number) =>
    right[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)
  const formatted = lines.map((line) => line.map(pad).join('  ').trimEnd())
  return [formatted[0], widths.map((width) => '-'.repeat(width)).join('  '), ...formatted.slice(1)].join('\n')
}

export function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map((row) => line(row.map(text)))].join(
    '\n',
  )
}
