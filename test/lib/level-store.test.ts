import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorCode } from '../../src/lib/index.ts'
import { diskFiles, openByteStore, openJsonStore } from '../../src/lib/io/index.ts'
import { faultOf } from '../../src/lib/io/level-fault.ts'
import type { StoreOptions } from '../../src/lib/io/level-store.ts'
import { SmallDisk } from '../support/small-disk.ts'

let dir: string
let options: StoreOptions<string>
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-store-'))
  options = {
    path: join(dir, 'things'),
    name: `the things in ${dir}`,
    codes: { locked: 'E_HELD', full: 'E_FULL', damaged: 'E_BROKEN', failed: 'E_ODD' },
    cures: { damaged: { act: 'make-anew', subject: dir } },
  }
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('a store', () => {
  it('of JSON gives back what was put, in the order of its keys', async () => {
    const store = await openJsonStore(options)
    await store.batch(
      ['b', 'c', 'a'].map((key) => ({ type: 'put', key, value: { key } }) as const),
      { sync: true },
    )
    await store.put('d', [1, null], { sync: false })
    await store.del('c', { sync: false })
    expect(await store.get('d')).toEqual([1, null])
    expect(await store.get('c')).toBeUndefined()
    expect(await store.getMany(['a', 'c'])).toEqual([{ key: 'a' }, undefined])
    expect(await all(store.keys())).toEqual(['a', 'b', 'd'])
    expect(await all(store.values({ gte: 'a', lt: 'd' }))).toEqual([{ key: 'a' }, { key: 'b' }])
    expect(await all(store.entries({ gte: 'b' }))).toEqual([
      ['b', { key: 'b' }],
      ['d', [1, null]],
    ])
    await store.close()
  })

  it('of bytes gives back plain arrays of its own', async () => {
    const store = await openByteStore(options)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), async (key, value) => {
        await store.put(key, value, { sync: false })
        expect(await store.get(key)).toStrictEqual(value)
        expect(await store.getMany([key])).toStrictEqual([value])
        expect(await all(store.entries({ gte: key, lt: Uint8Array.from([...key, 0]) }))).toStrictEqual([[key, value]])
      }),
      { numRuns: 30 },
    )
    await store.close()
  })

  it('has the permissions asked for, and leaves what a reader throws alone', async () => {
    const store = await openJsonStore({ ...options, mode: 0o700 })
    expect((await stat(options.path)).mode & 0o777).toBe(0o700)
    await store.put('a', 1, { sync: false })
    const own = new Error('of the reader')
    const read = async () => {
      for await (const _ of store.keys()) throw own
    }
    await expect(read()).rejects.toBe(own)
    await store.close()
    await expect(store.get('a')).rejects.toMatchObject({ code: 'E_ODD' })
  })
})

describe('what is wrong with a store', () => {
  it('is told as held where it is open already, here or in another process, until that ends', async () => {
    const store = await openJsonStore(options)
    await expect(openJsonStore(options)).rejects.toMatchObject({
      code: 'E_HELD',
      message: /another process works with/,
    })
    await store.close()
    const script = `import { Level } from 'level'
      await new Level(process.argv[1]).open(); console.log('open'); setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, options.path], { stdio: 'pipe' })
    await once(child.stdout, 'data')
    await expect(openByteStore(options)).rejects.toMatchObject({ code: 'E_HELD' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await openJsonStore(options)).close()
  })

  it('is told as broken with its cure, and as odd where it is not damage', async () => {
    await (await openJsonStore(options)).close()
    await writeFile(join(options.path, 'CURRENT'), 'garbage')
    await expect(openJsonStore(options)).rejects.toMatchObject({
      code: 'E_BROKEN',
      message: expect.stringMatching(/^the things in .* is damaged \(/),
      cure: { act: 'make-anew', subject: dir },
    })
    await writeFile(join(dir, 'file'), '')
    const odd = openJsonStore({ ...options, path: join(dir, 'file') })
    await expect(odd).rejects.toMatchObject({ code: 'E_ODD', cure: undefined })
  })

  it.each([
    ['full', { code: 'LEVEL_IO_ERROR', message: 'IO error: /a/000003.log: No space left on device' }],
    ['full', { code: 'ENOSPC', message: 'write' }],
    ['full', { code: 'EDQUOT', message: 'write' }],
    ['full', { code: 'LEVEL_IO_ERROR', message: 'IO error: /a/000003.log: Disk quota exceeded' }],
    ['damaged', { code: 'LEVEL_IO_ERROR', message: 'IO error: /a/MANIFEST-000002: No such file or directory' }],
    ['damaged', { code: 'LEVEL_CORRUPTION', message: 'Corruption: checksum mismatch' }],
    ['damaged', { code: 'LEVEL_DECODE_ERROR', message: 'Could not decode value' }],
    ['failed', { code: 'LEVEL_IO_ERROR', message: 'IO error: /a/000004.ldb: Permission denied' }],
    ['failed', { code: 'LEVEL_IO_ERROR', message: 'IO error: /a/000004.ldb: Input/output error' }],
    ['locked', { code: 'LEVEL_LOCKED', message: 'IO error: lock /a/LOCK: Resource temporarily unavailable' }],
    ['failed', { code: undefined, message: 'of no code' }],
  ])('%s: %o', (fault, { code, message }) => {
    const inner = Object.assign(new Error(message), { code })
    expect(faultOf(inner)).toBe(fault)
    const opening = Object.assign(new Error('Database failed to open'), { code: 'LEVEL_DATABASE_NOT_OPEN' })
    expect(faultOf(Object.assign(opening, { cause: inner }))).toBe(fault)
  })
})

const disk = await SmallDisk.mount(24)

describe.skipIf(!disk.isThere)('a full disk', () => {
  afterAll(() => disk.unmount())

  it('is told as such, what was saved before is there, and what is saved once there is room again', async () => {
    const path = join(disk.dir, 'things')
    const store = await openByteStore({ ...options, path })
    const [first, late] = [Uint8Array.of(0), Uint8Array.of(200)]
    await store.put(first, Uint8Array.of(7), { sync: true })
    await disk.fill(3 << 20)
    const written: number[] = []
    const write = async () => {
      for (let i = 1; i < 9; i++) {
        await store.put(Uint8Array.of(i), new Uint8Array(1 << 20).fill(i), { sync: true })
        written.push(i)
      }
    }
    await expect(write()).rejects.toMatchObject({ code: 'E_FULL' })
    expect(await store.get(first)).toEqual(Uint8Array.of(7))
    // Still full, and still read.
    await expect(store.put(late, Uint8Array.of(8), { sync: true })).rejects.toMatchObject({ code: 'E_FULL' })
    expect(await store.get(first)).toEqual(Uint8Array.of(7))
    await disk.free()
    await Promise.all([late, Uint8Array.of(201)].map((key) => store.put(key, Uint8Array.of(9), { sync: true })))
    await store.close()
    const again = await openByteStore({ ...options, path })
    const keys = await all(again.keys())
    expect(keys).toEqual([0, ...written, 200, 201].map((key) => Uint8Array.of(key)))
    expect(await again.get(late)).toEqual(Uint8Array.of(9))
    await again.close()
  })
})

describe('a damaged store that can be made again', () => {
  const setAside = diskFiles

  it('is moved aside, each time under another name, and an empty one takes its place', async () => {
    for (const time of [1, 2]) {
      const store = await openJsonStore({ ...options, setAside })
      expect(await all(store.keys())).toEqual([])
      await store.put('a', time, { sync: true })
      await store.close()
      await writeFile(join(options.path, 'CURRENT'), 'garbage')
    }
    await (await openJsonStore({ ...options, setAside })).close()
    expect((await readdir(dir)).sort()).toEqual(['things', 'things.damaged-1', 'things.damaged-2'])
  })

  it('stays where another process works with it, or where it cannot be moved', async () => {
    const store = await openJsonStore(options)
    await expect(openJsonStore({ ...options, setAside })).rejects.toMatchObject({ code: 'E_HELD' })
    await store.close()
    await writeFile(join(options.path, 'CURRENT'), 'garbage')
    for (const [errno, code] of [
      ['ENOTEMPTY', 'E_HELD'],
      ['ENOSPC', 'E_FULL'],
      ['EACCES', 'E_ODD'],
    ] as const) {
      const rename = () => Promise.reject(Object.assign(new Error(errno), { code: errno }))
      const failed = await openJsonStore({ ...options, setAside: { ...diskFiles, rename } }).catch((error) => error)
      expect([errno, errorCode(failed)]).toEqual([errno, code])
    }
    expect(await readdir(dir)).toEqual(['things'])
  })
})
