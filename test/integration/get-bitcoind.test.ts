import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { getBitcoind } from '../../bitcoin-regtest/index.ts'

const program = fileURLToPath(new URL('../../bitcoin-regtest/get-bitcoind.ts', import.meta.url))
/** Without a bitcoind of the system's own, which would be preferred. */
const PATH = '/usr/bin:/bin'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-get-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function run(env: Record<string, string>, ...args: string[]) {
  const options = { env: { ...process.env, WSC_BITCOIND: '', XDG_CACHE_HOME: dir, ...env } }
  return await promisify(execFile)(process.execPath, [program, ...args], options)
}

async function fakeBitcoind(name: string): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, '#!/bin/sh\necho "Bitcoin Core daemon version v30.0.0"\n')
  await chmod(path, 0o755)
  return path
}

test('an empty cache, two processes at once: both get the same whole copy', async () => {
  const [first, second] = await Promise.all([run({ PATH }), run({ PATH }, '--json')])
  const path = first.stdout.trim()
  expect(first.stderr).toMatch(/bitcoind: /)
  const found = JSON.parse(second.stdout)
  expect(found).toMatchObject({ path, source: 'private' })
  expect(path.startsWith(join(dir, 'wsc', 'bitcoind'))).toBe(true)
  expect((await readdir(join(dir, 'wsc', 'bitcoind'))).length).toBe(1)
  const again = await run({ PATH }, '--json')
  expect(JSON.parse(again.stdout)).toEqual(found)
  expect(again.stderr).not.toMatch(/bitcoind: /)
})

test('WSC_BITCOIND comes first, then PATH', async () => {
  const named = await fakeBitcoind('named')
  const onPath = await fakeBitcoind('bitcoind')
  expect(await getBitcoind({ env: { WSC_BITCOIND: named, PATH: dir } })).toEqual({
    path: named,
    source: 'environment',
    version: 'Bitcoin Core daemon version v30.0.0',
    knots: false,
  })
  const PATH = `relative:${join(dir, 'none')}:${dir}`
  expect(await getBitcoind({ env: { PATH } })).toMatchObject({ path: onPath, source: 'path', knots: false })
})

test('a WSC_BITCOIND that is none is an error, not a reason to look elsewhere', async () => {
  const failed = run({ WSC_BITCOIND: join(dir, 'none') })
  await expect(failed).rejects.toMatchObject({ code: 2 })
  await expect(failed).rejects.toThrow(/WSC_BITCOIND names .*none, which does not run.*\n.*set WSC_BITCOIND/)
  await expect(run({ WSC_BITCOIND: '/bin/echo' })).rejects.toThrow(/is no version of bitcoind/)
})
