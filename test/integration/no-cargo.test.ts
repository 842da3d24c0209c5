import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verified } from '../support/bus-json.ts'
import { pathWithout, removeClone, runIn, unbuiltClone } from '../support/clone.ts'
import { proveRegtest } from '../support/wsc.ts'

/** A clone on a machine without cargo: the set-up says so, and everything that only verifies works. */
let dir: string
let clone: string
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-no-cargo-'))
  clone = await unbuiltClone()
  env = { ...process.env, PATH: await pathWithout(dir, 'cargo', 'rustc', 'rustup') }
  delete env.WSC_KEY
  await copyFile(await proveRegtest(dir), join(clone, 'regtest.proof'))
}, 600_000)
afterAll(async () => {
  await removeClone(clone)
  await rm(dir, { recursive: true, force: true })
})

const wsc = (...argv: string[]) => runIn(clone, env, join('bin', 'wsc.js'), ...argv)

describe('without cargo', () => {
  it('the set-up names what is missing and what works all the same', async () => {
    const run = await runIn(clone, env, join('scripts', 'setup.mjs'), 'setup')
    expect([run.exit, run.stderr]).toEqual([2, expect.stringContaining('cargo 1.89 or later is needed')])
    expect(run.stderr).toContain('npm run setup -- --verify-only')
    const verifyOnly = await runIn(clone, env, join('scripts', 'setup.mjs'), 'setup', '--verify-only')
    expect([verifyOnly.exit, verifyOnly.stderr]).toEqual([0, expect.stringContaining('set up for verifying')])
  })

  it('a proof is verified by WebAssembly, and a damaged one refused', async () => {
    const run = await wsc('bus', 'verify', 'regtest.proof', '--network', 'regtest', '--json')
    expect([run.exit, run.stderr]).toEqual([0, ''])
    expect(verified.parse(JSON.parse(run.stdout))).toMatchObject({ valid: true, network: 'regtest', height: 5 })
    const other = await wsc('bus', 'verify', 'regtest.proof', '--json')
    expect(other.exit).toBe(1)
    expect(verified.parse(JSON.parse(other.stdout))).toMatchObject({ valid: false, reason: 'wrong-network' })
  })

  it('proving says what it needs, exit 2', async () => {
    const headers = join(dir, 'regtest-headers.bin')
    const run = await wsc('bus', 'prove', '--network', 'regtest', '--headers', headers, '--out', join(dir, 'x.proof'))
    expect(run).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_NO_ADDON') })
    expect(run.stderr).toContain('cargo')
  })
})
