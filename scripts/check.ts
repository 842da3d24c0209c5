import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// `npm run check`: everything that is judged without running the project. All of it runs, so that one look shows all.
const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['lint and format', 'biome', 'check', '--error-on-warnings', '.'],
  ['imports', process.execPath, 'scripts/check-imports.ts'],
  ['crate', process.execPath, 'scripts/check-crate.ts'],
  ['faces', process.execPath, 'scripts/check-faces.ts'],
  ['verifier', process.execPath, 'scripts/check-verifier.ts'],
  ['mask constants', process.execPath, 'scripts/mask-constants.ts', '--check'],
  ['digit weights', process.execPath, 'scripts/digit-weights.ts', '--check'],
  ['images', process.execPath, 'scripts/dockerignore.ts', '--check'],
]

const failed = checks.filter(([name, command, ...args]) => {
  const begun = Date.now()
  const { status, error } = spawnSync(command, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
  })
  if (error) console.error(error.message)
  console.log(`check: ${name} ${status === 0 ? 'passed' : 'FAILED'} (${((Date.now() - begun) / 1000).toFixed(1)} s)`)
  return status !== 0
})
process.exitCode = failed.length > 0 ? 1 : 0
