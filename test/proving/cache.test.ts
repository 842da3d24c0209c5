import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fillDirectory } from '../../src/proving/io/cache.ts'
import { ensureSetup } from '../../src/proving/io/index.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-cache-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('a directory is filled once and whole, and what a killed process left goes after a day', async () => {
  const age = async (name: string, days: number) => {
    await mkdir(join(dir, name))
    const at = Date.now() / 1000 - days * 86_400
    await utimes(join(dir, name), at, at)
  }
  await age('.tmp-1-old', 2)
  await age('.tmp-1-new', 0.5)
  await age('whole', 9)
  const target = join(dir, 'keys')
  await fillDirectory(target, (scratch) => writeFile(join(scratch, 'file'), 'x'))
  await fillDirectory(target, () => Promise.reject(new Error('is there already')))
  expect((await readdir(dir)).sort()).toEqual(['.tmp-1-new', 'keys', 'whole'])

  const failing = fillDirectory(join(dir, 'other'), () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect((await readdir(dir)).sort()).toEqual(['.tmp-1-new', 'keys', 'whole'])
})

it('powers of tau that are no regular file are refused at once', async () => {
  const pipe = join(dir, 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const ptau of [pipe, '/dev/zero', dir]) {
    await expect(ensureSetup({ r1cs: '', id: '' } as never, { ptau })).rejects.toMatchObject({
      code: 'E_SETUP',
      message: expect.stringContaining('no regular file'),
    })
  }
})
