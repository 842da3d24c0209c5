/** A table for people: the first row is its head, numbers stand right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)))
  const draw = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  const [head = [], ...body] = rows
  return [draw(head), widths.map((width) => '─'.repeat(width)).join('──'), ...body.map(draw)]
}
