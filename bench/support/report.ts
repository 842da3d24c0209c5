import type { Report } from '../bench.ts'
import { formatQuantity, megabytes } from './quantity.ts'
import { markdownTable, plainTable } from './table.ts'

/** For the terminal. */
export function plainReport(report: Report): string {
  const parts = [
    `${report.title}\n${'='.repeat(report.title.length)}`,
    wrap(report.about),
    ...report.tables.map(plainTable),
    report.notes.map((note) => wrap(`- ${note}`, '  ')).join('\n'),
    `${machine(report)}\n${whole(report)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

/** The body of a section of docs/benchmarks.md. */
export function markdownReport(report: Report): string {
  const notes = report.notes.map((note) => wrap(`- ${note}`, '  ')).join('\n')
  return [wrap(report.about), ...report.tables.map(markdownTable), notes, `*${machine(report)}. ${whole(report)}*`]
    .filter((part) => part !== '')
    .join('\n\n')
}

function machine({ machine: line, quick }: Report): string {
  return `${quick ? 'QUICK, one run of each: ' : ''}${line}`
}

function whole({ wallSeconds, cpuSeconds, peakBytes }: Report): string {
  const seconds = (value: number) => formatQuantity({ value, unit: 's' })
  const peak = formatQuantity(megabytes(peakBytes))
  return `The bench’s process in all: ${seconds(wallSeconds)}, ${seconds(cpuSeconds)} of CPU, peak memory ${peak}.`
}

function wrap(text: string, indent = '', width = 118): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
