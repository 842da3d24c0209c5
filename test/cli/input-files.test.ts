import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/cli/config.ts'
import { LIMITS, readBytes, readUpTo } from '../../src/cli/inputs.ts'
import { runInProcess } from '../support/in-process.ts'

let dir: string
const home = process.cwd()
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-files-'))
})
afterEach(async () => {
  process.chdir(home)
  await rm(dir, { recursive: true, force: true })
})

async function wsc(...argv: string[]) {
  return await runInProcess(argv, { env: { XDG_DATA_HOME: join(dir, 'data') }, clock: () => 1_800_000_000_000 })
}

describe('what is no regular file', () => {
  const odd = async () => {
    const pipe = join(dir, 'pipe')
    execFileSync('mkfifo', [pipe])
    await mkdir(join(dir, 'folder'))
    return ['/dev/zero', pipe, join(dir, 'folder')]
  }

  it('is refused at once wherever a file is asked for', async () => {
    for (const file of await odd()) {
      for (const argv of [
        ['bus', 'verify', file],
        ['bus', 'verify', join(home, 'package.json'), '--key', file],
        ['bus', 'verify', join(home, 'package.json'), '--anchor', file],
        ['bus', 'prove', '--network', 'regtest', '--headers', file, '--out', join(dir, 'o')],
        ['bus', 'anchor', '--headers', file, '--start-height', '0', '--at', '1', '--out', join(dir, 'o')],
        ['bus', 'checkpoint', 'import', file, '--network', 'regtest'],
      ]) {
        const { exit, stderr } = await wsc(...argv)
        expect([argv, exit, stderr]).toEqual([argv, 2, expect.stringContaining(`cannot read ${file}`)])
        expect(stderr).toContain('(E_USAGE)')
      }
    }
  })

  it('is not written to, nor is an input', async () => {
    const headers = join(dir, 'headers.bin')
    await writeFile(headers, new Uint8Array(80))
    const cases = [...(await odd()).map((out) => [out, 'no regular file']), [headers, 'would be written over']] as const
    for (const [out, reason] of cases) {
      const { exit, stderr } = await wsc('bus', 'prove', '--network', 'regtest', '--headers', headers, '--out', out)
      expect([out, exit, stderr]).toEqual([out, 2, expect.stringContaining(reason)])
    }
    await wsc('bus', 'anchor', '--headers', headers, '--start-height', '0', '--at', '1', '--out', headers)
    expect((await readFile(headers)).length).toBe(80)

    // A result of before is no input: it is what gets replaced.
    const old = join(dir, 'old.proof')
    await writeFile(old, 'x')
    const again = await wsc('bus', 'prove', '--network', 'regtest', '--headers', headers, '--out', old)
    expect(again.stderr).not.toContain('would be written over')
  })

  it('is told before the work where a result cannot be written', async () => {
    const headers = join(dir, 'headers.bin')
    await writeFile(headers, new Uint8Array(80))
    const state = join(dir, 'state')
    await mkdir(join(state, 'index'), { recursive: true })
    await writeFile(join(state, 'version.json'), '{}')
    const network = join(dir, 'net.json')
    await writeFile(network, '{}')
    const cases = [
      ['', 'without a name'],
      [`${join(dir, 'nope')}/`, 'ENOENT'],
      [join(dir, 'n'.repeat(245)), 'ENAMETOOLONG'],
      [join(state, 'status.json'), 'is a data directory'],
      [join(state, 'index', 'CURRENT'), 'is a data directory'],
      [network, 'is an input'],
    ] as const
    for (const [out, reason] of cases) {
      const { exit, stderr } = await wsc('bus', 'prove', '--network', network, '--headers', headers, '--out', out)
      expect([out, exit, stderr]).toEqual([out, 2, expect.stringContaining(reason)])
    }
    expect((await readdir(dir)).sort()).toEqual(['headers.bin', 'net.json', 'state'])
  })

  it('is no configuration and no status either', async () => {
    execFileSync('mkfifo', [join(dir, 'wsc.config.json')])
    await expect(readConfig(join(dir, 'wsc.config.json'))).rejects.toMatchObject({ code: 'E_USAGE' })
    execFileSync('mkfifo', [join(dir, 'status.json')])
    const { exit, stderr } = await wsc('bus', 'status', '--network', 'regtest', '--data-dir', dir)
    expect([exit, stderr]).toEqual([2, expect.stringContaining('no regular file')])
  })
})

describe('a file that is too long', () => {
  it('is refused by the limit of its kind', async () => {
    for (const kind of ['key', 'checkpoint', 'headers', 'config', 'network'] as const) {
      const file = join(dir, kind)
      await writeFile(file, '')
      // Sparse: nothing of it is on the disk.
      await truncate(file, LIMITS[kind] + 1)
      if (kind === 'headers' || kind === 'checkpoint') continue
      await expect(readBytes(file, kind)).rejects.toMatchObject({ code: 'E_USAGE', message: /is longer than/ })
    }
    const { exit, stderr } = await wsc('bus', 'checkpoint', 'import', join(dir, 'checkpoint'), '--network', 'regtest')
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`longer than ${LIMITS.checkpoint} bytes`)])
  })

  it('is read no further than that, whatever its size says', async () => {
    const file = join(dir, 'long')
    await writeFile(file, 'x'.repeat(1000))
    expect(await readUpTo(file, 100)).toHaveLength(101)
    expect(await readUpTo(file, 1000)).toHaveLength(1000)
    // Here the system gives no size beforehand.
    expect((await readUpTo('/proc/self/status', 100_000)).length).toBeGreaterThan(100)
  })
})

describe('wsc.config.json of a foreign folder', () => {
  it.each(['insecureDevSetup', 'key'])('cannot set %s', async (name) => {
    await writeFile(join(dir, 'wsc.config.json'), JSON.stringify({ [name]: name === 'key' ? 'k' : true }))
    process.chdir(dir)
    const { exit, stderr } = await wsc('bus', 'status')
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`Unrecognized key: "${name}"`)])
    // What judges does not even open it.
    expect((await wsc('bus', 'verify', 'x.proof')).stderr).toMatch(/^wsc: cannot read x\.proof: /)
  })

  it('is told for every setting taken from it', async () => {
    await writeFile(join(dir, 'wsc.config.json'), '{"network":"regtest","dataDir":"state","rpc":"http://localhost:1"}')
    process.chdir(dir)
    const status = await wsc('bus', 'status', '--network', 'signet')
    expect(status.stderr).toContain('wsc.config.json sets dataDir: state\n')
    // The flag counts for one, and this command knows no other.
    expect(status.stderr).not.toMatch(/sets (network|rpc)/)
    expect((await wsc('bus', 'verify', 'none')).stderr).not.toContain('wsc.config.json')
  })
})
