import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchRelease, type Release, releaseFor } from '../../bitcoin-regtest/core-release.ts'

let dir: string
let server: Server
let baseUrl: string
let release: Release
let requests = 0

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-release-'))
  await mkdir(join(dir, 'bitcoin-9.9', 'bin'), { recursive: true })
  await writeFile(join(dir, 'bitcoin-9.9', 'bin', 'bitcoind'), '#!/bin/sh\necho "Bitcoin Core daemon version v9.9"\n')
  await chmod(join(dir, 'bitcoin-9.9', 'bin', 'bitcoind'), 0o755)
  await promisify(execFile)('tar', ['-czf', join(dir, 'archive'), '-C', dir, 'bitcoin-9.9'])
  const archive = await readFile(join(dir, 'archive'))
  const sha256 = createHash('sha256').update(archive).digest('hex')
  release = { version: '9.9', file: 'bitcoin-9.9-here.tar.gz', sha256 }
  server = createServer((request, response) => {
    requests++
    if (request.url === '/bin/bitcoin-core-9.9/bitcoin-9.9-here.tar.gz') response.end(archive)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/bin`
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(dir, { recursive: true })
})

test('a release of the pinned hash is unpacked, and fetched only once', async () => {
  const cacheDir = join(dir, 'cache')
  const path = await fetchRelease({ cacheDir, release, baseUrl })
  expect((await promisify(execFile)(path)).stdout).toMatch(/v9\.9/)
  const before = requests
  expect(await fetchRelease({ cacheDir, release, baseUrl })).toBe(path)
  expect(requests).toBe(before)
})

test('another hash, another file, another host: nothing is left behind', async () => {
  const cacheDir = join(dir, 'bad')
  const forged = { ...release, sha256: '0'.repeat(64) }
  await expect(fetchRelease({ cacheDir, release: forged, baseUrl })).rejects.toThrow(/not the pinned 0{64}/)
  const missing = { ...release, file: 'other.tar.gz' }
  await expect(fetchRelease({ cacheDir, release: missing, baseUrl })).rejects.toThrow(/HTTP 404/)
  const nowhere = 'http://127.0.0.1:1'
  await expect(fetchRelease({ cacheDir, release, baseUrl: nowhere })).rejects.toMatchObject({
    code: 'E_BITCOIND_UNAVAILABLE',
  })
  expect(await readdir(cacheDir)).toEqual([])
})

test('pinned machines, and those without a release', () => {
  for (const machine of ['linux/x64', 'linux/arm64', 'darwin/x64', 'darwin/arm64']) {
    const [platform = '', arch = ''] = machine.split('/')
    expect(releaseFor(platform, arch)?.sha256).toMatch(/^[0-9a-f]{64}$/)
  }
  expect(releaseFor('win32', 'x64')).toBeUndefined()
  expect(releaseFor('linux', 'constructor')).toBeUndefined()
})
