import { appendFile, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { readBlob } from '../../storage/index.ts'
import { saveContent } from '../../storage/io/index.ts'
import { someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { REGTEST } from './reading-place.ts'
import { ServedFolder } from './served-folder.ts'

const large = someBytes(300_000)
const place = new ServedFolder({ 'index.html': 'x', 'a/b/c.txt': 'c', 'a/large.bin': large })

async function found(path: string, fetching?: typeof fetch) {
  const read = await readBlob(place.uri(path), {
    ...{ kernel, params: regtest, gateways: [place.gateway] },
    fetch: fetching,
  })
  if (!read.ok) throw new Error(read.detail)
  return read.found
}

it('writes a file, a folder, and a folder within one', async () => {
  expect(await saveContent(await found('/a/large.bin'), join(place.dir, 'file'))).toBe(300_000)
  expect((await readFile(join(place.dir, 'file'))).equals(large)).toBe(true)
  await saveContent(await found('/'), join(place.dir, 'all'))
  expect((await readdir(join(place.dir, 'all'), { recursive: true })).sort()).toEqual(
    ['a', 'a/b', 'a/b/c.txt', 'a/large.bin', 'index.html'].map((path) => join(path)),
  )
  await saveContent(await found('/a'), join(place.dir, 'below', 'a'))
  expect(await readFile(join(place.dir, 'below', 'a', 'b', 'c.txt'), 'utf8')).toBe('c')
})

it('writes over nothing and follows no link', async () => {
  const elsewhere = join(place.dir, 'elsewhere')
  await mkdir(elsewhere)
  await writeFile(join(place.dir, 'there'), 'kept')
  await symlink(elsewhere, join(place.dir, 'link'))
  await symlink(join(place.dir, 'nowhere'), join(place.dir, 'dangling'))
  await symlink(elsewhere, join(place.dir, 'half.part'))
  for (const name of ['there', 'link', 'dangling', 'elsewhere', 'half']) {
    await expect(saveContent(await found('/'), join(place.dir, name))).rejects.toMatchObject({ code: 'E_IO' })
  }
  expect(await readFile(join(place.dir, 'there'), 'utf8')).toBe('kept')
  expect(await readdir(elsewhere)).toEqual([])
  expect((await lstat(join(place.dir, 'half.part'))).isSymbolicLink()).toBe(true)
})

it('leaves nothing of what was not given whole', async () => {
  let pieces = 0
  const breaks: typeof fetch = async (...request) => {
    if (String(request[0]).includes('chunk=') && ++pieces > 2) throw new TypeError('away')
    return await fetch(...request)
  }
  const before = (await readdir(place.dir)).sort()
  await expect(saveContent(await found('/', breaks), join(place.dir, 'broken'))).rejects.toMatchObject({
    code: 'E_UNREADABLE',
  })
  expect((await readdir(place.dir)).sort()).toEqual(before)
})

/** Breaks off after so many pieces; tells how many were asked for. */
function breaking(after: number) {
  const asked = { pieces: 0 }
  const fetching: typeof fetch = async (...request) => {
    if (String(request[0]).includes('format=raw') && ++asked.pieces > after) throw new TypeError('away')
    return await fetch(...request)
  }
  return { asked, fetching }
}

describe('what was begun', () => {
  it('is gone on with: what is there is not asked for again', async () => {
    const out = join(place.dir, 'resumed')
    const first = breaking(4)
    await expect(saveContent(await found('/', first.fetching), out, { resume: true })).rejects.toMatchObject({
      code: 'E_UNREADABLE',
      cause: { reject: 'unreachable' },
    })
    const there = (await readFile(join(`${out}.part`, 'a', 'large.bin'))).length
    expect(there).toBeGreaterThan(100_000)
    expect(there).toBeLessThan(300_000)
    const told: [number, number][] = []
    const second = breaking(1_000)
    const onProgress = (bytes: number, of: number) => told.push([bytes, of])
    expect(await saveContent(await found('/', second.fetching), out, { resume: true, onProgress })).toBe(300_002)
    expect(second.asked.pieces).toBeLessThan(5)
    expect(told.at(-1)).toEqual([300_002, 300_002])
    expect((await readFile(join(out, 'a', 'large.bin'))).equals(large)).toBe(true)
    expect(await readdir(place.dir)).not.toContain('resumed.part.json')
  })

  it('and was altered since is read anew', async () => {
    const out = join(place.dir, 'altered')
    await expect(saveContent(await found('/', breaking(4).fetching), out, { resume: true })).rejects.toThrow()
    const part = join(`${out}.part`, 'a', 'large.bin')
    const bytes = await readFile(part)
    bytes[10] = (bytes[10] as number) ^ 1
    await writeFile(part, bytes)
    await mkdir(join(`${out}.part`, 'a', 'b'), { recursive: true })
    await writeFile(join(`${out}.part`, 'a', 'b', 'c.txt'), 'far too long')
    expect(await saveContent(await found('/'), out, { resume: true })).toBe(300_002)
    expect((await readFile(join(out, 'a', 'large.bin'))).equals(large)).toBe(true)
    expect(await readFile(join(out, 'a', 'b', 'c.txt'), 'utf8')).toBe('c')
  })

  it('of a file that no manifest tells of is read anew', async () => {
    const blob = await place.reading.blob(large)
    const out = join(place.dir, 'bare')
    const at = async (fetching: typeof fetch) => {
      const read = await readBlob(`web3://${blob}:${REGTEST}`, {
        ...{ kernel, params: regtest, gateways: [place.gateway], fetch: fetching },
      })
      if (!read.ok) throw new Error(read.detail)
      return read.found
    }
    await expect(saveContent(await at(breaking(2).fetching), out, { resume: true })).rejects.toThrow()
    await appendFile(`${out}.part`, 'more')
    expect(await saveContent(await at(fetch), out, { resume: true })).toBe(300_000)
    expect((await readFile(out)).equals(large)).toBe(true)
  })

  it('of something else, or with a link in it, is left alone', async () => {
    const out = join(place.dir, 'other')
    await expect(saveContent(await found('/', breaking(4).fetching), out, { resume: true })).rejects.toThrow()
    await expect(saveContent(await found('/a'), out, { resume: true })).rejects.toMatchObject({
      code: 'E_IO',
      cure: { act: 'remove-or-other-out' },
    })
    await symlink(place.dir, join(`${out}.part`, 'b'))
    await expect(saveContent(await found('/'), out, { resume: true })).rejects.toMatchObject({ code: 'E_IO' })
    await writeFile(`${out}.part.json`, '{')
    await expect(saveContent(await found('/'), out, { resume: true })).rejects.toMatchObject({ code: 'E_IO' })
  })
})

it('says where a file system takes two names for one, and keeps neither', async () => {
  const content = await found('/')
  const [file] = content.files()
  if (file === undefined) throw new Error('no file')
  const same = { ...content, files: () => [file, file] }
  for (const resume of [false, true]) {
    const out = join(place.dir, `same-${resume}`)
    await expect(saveContent(same, out, { resume })).rejects.toMatchObject({
      code: 'E_IO',
      message: expect.stringContaining('takes the names of'),
    })
  }
})
