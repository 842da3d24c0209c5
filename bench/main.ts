import { fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Report } from './bench.ts'
import { benches } from './benches.ts'
import { type Arguments, readArguments, USAGE } from './support/arguments.ts'
import { machineLine } from './support/machine.ts'
import { updateMarkdown } from './support/markdown-file.ts'
import { plainReport } from './support/report.ts'

// `npm run bench`: prints the tables of docs/benchmarks.md. Nothing is asserted; a bench that fails says why, and the
// rest goes on.
async function main(): Promise<number> {
  const given = parse()
  if (given === undefined) return 2
  if (given.help) {
    console.log(`${USAGE}\n\nbenches:`)
    for (const { name, title, onlyOnDemand } of benches) {
      console.log(
        `  ${name.padEnd(12)} ${title}${onlyOnDemand === undefined ? '' : ` (only by --only: ${onlyOnDemand})`}`,
      )
    }
    return 0
  }
  console.log(`${machineLine()}\n`)
  const chosen = benches.filter(({ name, onlyOnDemand }) =>
    given.only.length > 0 ? given.only.includes(name) : onlyOnDemand === undefined,
  )
  const reports: Report[] = []
  const failed: string[] = []
  for (const { name } of chosen) {
    const report = await run(name, given.quick)
    if (typeof report === 'string') {
      failed.push(name)
      console.log(`${name}: ${report}\n`)
    } else {
      reports.push(report)
      console.log(plainReport(report))
    }
  }
  if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify(reports, null, 2)}\n`)
  if (given.markdown !== undefined) {
    for (const name of await updateMarkdown(given.markdown, reports))
      console.log(`${given.markdown}: no markers for ${name}`)
  }
  if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0
}

function parse(): Arguments | undefined {
  try {
    return readArguments(
      process.argv.slice(2),
      benches.map(({ name }) => name),
    )
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    return undefined
  }
}

/** Runs a bench in a process of its own; its report, or why there is none. */
function run(name: string, quick: boolean): Promise<Report | string> {
  const script = fileURLToPath(new URL('bench-process.ts', import.meta.url))
  return new Promise((resolve) => {
    const child = fork(script, [name, ...(quick ? ['--quick'] : [])])
    let report: Report | undefined
    child.once('message', (message) => {
      report = message as Report
    })
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(report ?? `not measured: its process ended with ${signal ?? code}`))
  })
}

process.exitCode = await main()
