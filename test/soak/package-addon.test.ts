import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runIn } from '../support/clone.ts'
import { installPacked } from '../support/installed-package.ts'
import { proveRegtest } from '../support/wsc.ts'

/** An installed package without a prebuilt addon, as on another kind of machine, which has cargo. */
let directory: string
let project: string
let folder: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-package-addon-'))
  project = await installPacked(directory)
  folder = join(project, 'node_modules/wsc-bitcoin')
  await rm(join(folder, 'dist/prebuilt'), { recursive: true })
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it('the addon is built from the sources in the package, once, and proves there', async () => {
  await proveRegtest(directory)
  const headers = join(directory, 'regtest-headers.bin')
  const wsc = (env: NodeJS.ProcessEnv, ...argv: string[]) => runIn(project, env, join(folder, 'bin/wsc.js'), ...argv)
  const prove = () =>
    wsc(
      process.env,
      'bus',
      'prove',
      '--network',
      'regtest',
      '--headers',
      headers,
      '--out',
      'x.proof',
      '--data-dir',
      'x',
    )
  const before = await prove()
  expect(before).toMatchObject({ exit: 2, stderr: expect.stringMatching(/`wsc setup --addon`.*\(E_NO_ADDON\)/) })

  // The crates that it stands on need not be compiled again: this clone has them.
  const target = fileURLToPath(new URL('../../folding/target', import.meta.url))
  const env = { ...process.env, CARGO_TARGET_DIR: target }
  const built = await wsc(env, 'setup', '--addon', '--json')
  expect([built.exit, built.stderr]).toEqual([0, expect.stringContaining('build the folding addon (cargo): ')])
  expect(existsSync(join(folder, 'folding/wsc-folding.node'))).toBe(true)
  expect(existsSync(join(folder, 'folding/target'))).toBe(false)
  expect((await wsc(env, 'setup', '--addon', '--json')).stderr).toContain('folding addon: up to date')

  expect(await prove()).toMatchObject({ exit: 0 })
  const { keyId } = JSON.parse(built.stdout) as { keyId: string }
  const verified = await wsc(process.env, 'bus', 'verify', 'x.proof', '--network', 'regtest', '--json')
  expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true, keyId })
})
