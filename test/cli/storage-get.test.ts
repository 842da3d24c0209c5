import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { someBytes } from '../storage/bytes.ts'
import { ServedFolder } from '../storage/served-folder.ts'

const large = someBytes(300_000)
const place = new ServedFolder({ 'index.html': 'x', 'a/large.bin': large })

async function storage(...argv: string[]) {
  let stdout = ''
  let stderr = ''
  let now = 0
  const exit = await runCli(['storage', ...argv], '0.0.0', {
    terminal: openTerminal({ write: (text) => (stdout += text) }, { write: (text) => (stderr += text) }, () => now),
    env: { XDG_DATA_HOME: place.dir },
    signal: new AbortController().signal,
    clock: () => (now += 3_000),
  })
  return { exit, stdout, stderr }
}
const get = (uri: string, ...argv: string[]) => storage('get', uri, '--gateway', place.gateway, ...argv)
const at = (path: string) => place.uri(path)

describe('wsc storage get', () => {
  it('writes a folder, tells what it is and how long it takes', async () => {
    const out = join(place.dir, 'all')
    const got = await get(at('/'), '--out', out, '--json')
    expect([got.exit, JSON.parse(got.stdout)]).toMatchObject([
      0,
      {
        valid: true,
        id: place.id,
        uri: at('/'),
        asOf: null,
        files: [{ path: 'a/large.bin', size: 300_000 }, { size: 1 }],
      },
    ])
    expect(got.stderr).toMatch(/reading: [0-9]+ %, .* left/)
    expect((await readFile(join(out, 'a', 'large.bin'))).equals(large)).toBe(true)
    const again = await get(at('/'), '--out', out)
    expect(again.exit).toBe(2)
    expect(again.stderr).toContain('which is not written over; remove it, or name another place by --out')
  })

  it('writes a folder whose names have a slash behind them, in the URI and on the disk', async () => {
    for (const [out, slash] of [
      ['slash', '/'],
      ['slashes', '//'],
    ] as const) {
      expect((await get(at('/a/'), '--out', join(place.dir, out) + slash)).exit).toBe(0)
      expect(await readdir(join(place.dir, out))).toEqual(['large.bin'])
    }
    expect((await readdir(place.dir)).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('goes on with what was begun, and says so', async () => {
    const out = join(place.dir, 'part')
    await writeFile(`${out}.part`, large.subarray(0, 100_000))
    await writeFile(`${out}.part.json`, JSON.stringify({ uri: at('/a/large.bin'), id: place.id }))
    expect((await get(at('/a/large.bin'), '--out', out)).exit).toBe(0)
    expect((await readFile(out)).equals(large)).toBe(true)
  })

  it.each([
    ['/..%2f..%2fetc/passwd', 1, 'bad-path'],
    ['/a/%00', 1, 'bad-path'],
    ['/../../x', 1, 'bad-path'],
    ['/%c0%ae', 1, 'bad-encoding'],
    ['/none', 1, 'no-such-path'],
    [`/${'a'.repeat(3_000)}`, 1, 'too-long'],
  ])('refuses %s with exit code %i: %s', async (path, code, reason) => {
    const out = join(place.dir, 'refused')
    const got = await get(at(path), '--out', out, '--json')
    expect([got.exit, JSON.parse(got.stdout)]).toMatchObject([code, { valid: false, reason }])
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('tells who could not be reached, and that nobody could', async () => {
    const got = await storage('get', at('/'), '--gateway', 'http://127.0.0.1:9', '--json')
    expect([got.exit, JSON.parse(got.stdout)]).toMatchObject([2, { valid: false, reason: 'unreachable' }])
    expect(got.stderr).toContain('http://127.0.0.1:9: unreachable:')
    const both = await storage('get', at('/'), '--gateway', 'http://127.0.0.1:9', '--gateway', place.gateway)
    expect([both.exit, both.stdout]).toEqual([0, expect.stringContaining(`id        ${place.id}`)])
  })
})
