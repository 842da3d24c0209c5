import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** The fold alone on 1,000 random circuits, whole chains on 20, folded 1 to 20 times: engine against the textbook. */
it('Line equals the textbook on every circuit', { timeout: 12 * 3600_000 }, () => {
  const tests = ['line::fold::', 'line::whole_chains::']
  const run = spawnSync('cargo', ['test', '--release', '--test', 'all', '--', ...tests], {
    cwd: fileURLToPath(new URL('../../folding', import.meta.url)),
    env: { ...process.env, WSC_SOAK: '1' },
    encoding: 'utf8',
  })
  expect(run.stdout).toContain('test result: ok. 2 passed')
})
