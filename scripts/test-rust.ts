import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tellCounts } from './test-counts.ts'

/**
 * The Rust half of `npm run test:full`: format, lints and the crate's own tests. All of it runs, so that one look shows
 * all. It builds where the set-up has built the addon, and with the same features: nothing is compiled twice.
 */
const crate = fileURLToPath(new URL('../folding', import.meta.url))
const build = ['--release', '--locked', '--target-dir', join(crate, 'target')]
const lint = (...features: string[]) => ['clippy', ...build, '--all-targets', ...features, '--', '-D', 'warnings']

/** rustfmt and clippy are components of their own: a machine that builds the addon may lack them. */
const judges: readonly (readonly [name: string, component: string, ...args: string[]])[] = [
  ['format', 'fmt', 'fmt', '--check'],
  ['lints', 'clippy', ...lint()],
  ['lints of the addon', 'clippy', ...lint('--features', 'addon')],
]

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly ignored: number
}

/** Sums up the result lines of cargo's test programs. */
export function countTests(output: string): Counts {
  const results = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)]
  const sum = (group: number) => results.reduce((total, result) => total + Number(result[group]), 0)
  return { passed: sum(1), failed: sum(2), ignored: sum(3) }
}

function cargo(args: readonly string[], capture = false): SpawnSyncReturns<string> {
  return spawnSync('cargo', args, {
    cwd: crate,
    encoding: 'utf8',
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
  })
}

function timed(name: string, work: () => boolean): boolean {
  const begun = Date.now()
  const passed = work()
  console.log(`rust: ${name} ${passed ? 'passed' : 'FAILED'} (${((Date.now() - begun) / 1000).toFixed(1)} s)`)
  return passed
}

function judge(name: string, component: string, ...args: string[]): boolean {
  if (spawnSync('cargo', [component, '--version']).status !== 0) {
    console.log(
      `rust: ${name} not checked: this machine's Rust has no cargo-${component} (rustup component add rustfmt clippy)`,
    )
    return true
  }
  return timed(name, () => cargo(args).status === 0)
}

function test(): boolean {
  const { status, stdout } = cargo(
    ['test', ...build, '--features', 'addon', '--lib', '--tests', '--no-fail-fast'],
    true,
  )
  process.stdout.write(stdout)
  const { passed, failed, ignored } = countTests(stdout)
  const skipped = process.env.WSC_CI === '1' ? ignored : 0
  const reasons = [...stdout.matchAll(/^test (.+) \.\.\. FAILED/gm)].map(([, name]) => `Rust: ${name}`)
  tellCounts(passed, failed + skipped, 'Rust: ', reasons)
  return status === 0 && passed > 0 && skipped === 0
}

if (import.meta.main) {
  const outcomes = [...judges.map((each) => judge(...each)), timed('tests', test)]
  process.exitCode = outcomes.includes(false) ? 1 : 0
}
