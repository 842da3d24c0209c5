import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { readBlob } from '../../storage/index.ts'
import { saveContent } from '../../storage/io/index.ts'
import { someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'

let place: ReadingPlace
let dir: string
let gateway: string
let id: string
const large = someBytes(300_000)
beforeAll(async () => {
  place = await ReadingPlace.make()
  dir = await mkdtemp(join(tmpdir(), 'wsc-save-'))
  gateway = await place.gateway()
  id = await place.directory({ 'index.html': 'x', 'a/b/c.txt': 'c', 'a/large.bin': large })
})
afterAll(async () => {
  await place?.remove()
  await rm(dir, { recursive: true, force: true })
})

async function found(path: string, fetching?: typeof fetch) {
  const read = await readBlob(`web3://${id}:${REGTEST}${path}`, {
    ...{ kernel, params: regtest, gateways: [gateway] },
    fetch: fetching,
  })
  if (!read.ok) throw new Error(read.detail)
  return read.found
}

it('writes a file, a folder, and a folder within one', async () => {
  expect(await saveContent(await found('/a/large.bin'), join(dir, 'file'))).toBe(300_000)
  expect((await readFile(join(dir, 'file'))).equals(large)).toBe(true)
  await saveContent(await found('/'), join(dir, 'all'))
  expect((await readdir(join(dir, 'all'), { recursive: true })).sort()).toEqual(
    ['a', 'a/b', 'a/b/c.txt', 'a/large.bin', 'index.html'].map((path) => join(path)),
  )
  await saveContent(await found('/a'), join(dir, 'below', 'a'))
  expect(await readFile(join(dir, 'below', 'a', 'b', 'c.txt'), 'utf8')).toBe('c')
})

it('writes over nothing and follows no link', async () => {
  const elsewhere = join(dir, 'elsewhere')
  await mkdir(elsewhere)
  await writeFile(join(dir, 'there'), 'kept')
  await symlink(elsewhere, join(dir, 'link'))
  await symlink(join(dir, 'nowhere'), join(dir, 'dangling'))
  await symlink(elsewhere, join(dir, 'half.part'))
  for (const name of ['there', 'link', 'dangling', 'elsewhere', 'half']) {
    await expect(saveContent(await found('/'), join(dir, name))).rejects.toMatchObject({ code: 'E_IO' })
  }
  expect(await readFile(join(dir, 'there'), 'utf8')).toBe('kept')
  expect(await readdir(elsewhere)).toEqual([])
  expect((await lstat(join(dir, 'half.part'))).isSymbolicLink()).toBe(true)
})

it('leaves nothing of what was not given whole', async () => {
  let pieces = 0
  const breaks: typeof fetch = async (...request) => {
    if (String(request[0]).includes('chunk=') && ++pieces > 2) throw new TypeError('away')
    return await fetch(...request)
  }
  const before = (await readdir(dir)).sort()
  await expect(saveContent(await found('/', breaks), join(dir, 'broken'))).rejects.toMatchObject({
    code: 'E_UNREADABLE',
  })
  expect((await readdir(dir)).sort()).toEqual(before)
})
