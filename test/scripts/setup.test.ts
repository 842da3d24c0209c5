import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let bin = ''
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'wsc-setup-'))
})
afterEach(() => rmSync(bin, { recursive: true, force: true }))

/** Runs one check of the set-up with `script` standing in for cargo. */
function checkCargoWith(script: string) {
  const cargo = join(bin, 'cargo')
  writeFileSync(cargo, `#!/bin/sh\n${script}\n`)
  chmodSync(cargo, 0o755)
  const code = `import('./scripts/setup/toolchain.mjs')
    .then(({ checkCargo }) => checkCargo())
    .catch((error) => { console.error(error.message + '\\n' + error.cure); process.exit(error.exitCode) })`
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  })
}

describe('set-up without a usable cargo', () => {
  it('says what to install and what works without it when cargo does not run', () => {
    const { status, stderr } = checkCargoWith('exit 1')
    expect(status).toBe(2)
    expect(stderr).toMatch(/cargo 1\.89 or later is needed .*does not run here/)
    expect(stderr).toContain('https://rustup.rs')
    expect(stderr).toContain('npm run setup -- --verify-only')
  })

  it('refuses a cargo that is too old, naming its version', () => {
    const { status, stderr } = checkCargoWith('echo "cargo 1.88.0 (873a06493 2025-05-10)"')
    expect(status).toBe(2)
    expect(stderr).toContain('found: cargo 1.88.0')
  })

  it.each(['1.89.0', '1.95.0', '2.0.0'])('takes cargo %s', (version) => {
    expect(checkCargoWith(`echo "cargo ${version} (x 2025-01-01)"`).status).toBe(0)
  })
})

describe('npm targets', () => {
  it('refuses a target it does not know', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/setup.mjs', 'nothing'], { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toContain('no target "nothing"')
  })

  const setup = (...more: string[]) =>
    spawnSync(process.execPath, ['scripts/setup.mjs', 'setup', ...more], { encoding: 'utf8' })

  it('prints help, and refuses an unknown argument before any work', () => {
    const { status, stdout } = setup('--help')
    expect([status, stdout]).toEqual([0, expect.stringContaining('--verify-only')])
    const refused = setup('--verify-onyl')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('unknown argument --verify-onyl')])
    expect(refused.stderr).not.toContain('packages')
  })

  it('says of a step at work the last line of its log, where there is one', () => {
    const code = `import('./scripts/setup/steps.mjs').then(({ beatLine }) => {
      for (const last of ['Compiling a', '']) console.log(beatLine('cargo', '30.0', last))
    })`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
    expect(stdout).toBe('cargo … 30.0 s: Compiling a\ncargo … 30.0 s\n')
  })
})
