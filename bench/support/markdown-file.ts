import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Report } from '../bench.ts'
import { markdownReport } from './report.ts'

/**
 * Puts each report between its markers, `<!-- bench NAME -->` and `<!-- end NAME -->`; everything else of the file stays.
 * The names for which it has no markers are returned.
 */
export async function updateMarkdown(path: string, reports: readonly Report[]): Promise<string[]> {
  let text = await readFile(path, 'utf8')
  const missing: string[] = []
  for (const report of reports) {
    const [open, close] = [`<!-- bench ${report.name} -->`, `<!-- end ${report.name} -->`]
    const from = text.indexOf(open)
    const to = text.indexOf(close)
    if (from === -1 || to < from) missing.push(report.name)
    else text = `${text.slice(0, from + open.length)}\n${markdownReport(report)}\n${text.slice(to)}`
  }
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
  return missing
}
