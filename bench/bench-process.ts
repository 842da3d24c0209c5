import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from './bench.ts'
import { benches } from './benches.ts'
import { machineLine } from './support/machine.ts'
import { timed } from './support/timing.ts'

// The process of one bench: `bench-process.ts NAME [--quick]`, started by main.ts, which it sends its report.
const [name, mode] = process.argv.slice(2)
const bench = benches.find((candidate) => candidate.name === name)
if (bench === undefined) throw new Error(`no bench ${name}`)
const quick = mode === '--quick'
const machine = machineLine()
const scratch = await mkdtemp(join(tmpdir(), 'wsc-bench-'))
try {
  const say = (line: string) => console.error(`  ${bench.name}: ${line}`)
  const { value, wall, cpu } = await timed(() => bench.run({ quick, scratch, say }))
  const report: Report = {
    ...value,
    name: bench.name,
    title: bench.title,
    about: bench.about,
    quick,
    machine,
    wallSeconds: wall,
    cpuSeconds: cpu,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
  process.send?.(report, () => process.disconnect())
} catch (error) {
  console.error(`  ${bench.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.exitCode = 1
} finally {
  await rm(scratch, { recursive: true, force: true })
}
