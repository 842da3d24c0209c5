import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlobStore, MemoryStore } from '../../storage/index.ts'
import { FileStore } from '../../storage/io/file-store.ts'
import { ScratchFiles } from '../../storage/io/index.ts'
import { WebScratch } from '../../storage/reading/scratch.ts'
import { someBytes } from './bytes.ts'

let dir: string
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-stores-'))
})
afterAll(async () => {
  for (const close of closing) await close()
  await rm(dir, { recursive: true, force: true })
})

async function opened<Store extends BlobStore & { close(): Promise<void> }>(store: Store): Promise<Store> {
  closing.push(() => store.close())
  return store
}

let files = 0
const STORES: readonly (readonly [name: string, open: () => Promise<BlobStore>])[] = [
  ['memory', async () => new MemoryStore()],
  ['a file', async () => await opened(await FileStore.open(join(dir, `${++files}`)))],
  ['scratch on the disk', async () => await opened(await new ScratchFiles(dir).open())],
  ['scratch of the web platform', async () => await opened(new WebScratch())],
]

describe.each(STORES)('a blob’s store in %s', (_, open) => {
  it('holds what was written at each place, over what was there, and zeros in between', async () => {
    const store = await open()
    const expected = new Uint8Array(400_000)
    const write = async (at: number, bytes: Uint8Array) => {
      expected.set(bytes, at)
      await store.write(at, bytes)
    }
    await write(399_990, someBytes(10, 2))
    await write(126_970, someBytes(20, 3))
    await write(5, someBytes(3, 4))
    await write(100_000, someBytes(200_000, 5))
    await Promise.all([write(126_976, someBytes(10, 6)), write(126_990, someBytes(10, 7))])
    expect(await store.read(0, 400_000)).toEqual(expected)
    expect(await store.read(126_975, 30)).toEqual(expected.slice(126_975, 127_005))
    expect(await store.read(300_000, 90_000)).toEqual(new Uint8Array(90_000))
  })

  it('gives nothing from beyond its end', async () => {
    const store = await open()
    await expect(store.read(0, 1)).rejects.toThrow()
    await store.write(10, someBytes(10))
    expect(await store.read(19, 1)).toEqual(someBytes(10).slice(9))
    for (const [at, length] of [
      [19, 2],
      [20, 1],
      [200_000, 1],
    ] as const) {
      await expect(store.read(at, length)).rejects.toThrow()
    }
    expect(await store.read(20, 0)).toEqual(new Uint8Array())
  })

  it('lets go what is cut: it does not come back as the store grows again', async () => {
    const store = await open()
    await store.write(0, someBytes(300_000))
    await store.truncate(130_000)
    await expect(store.read(129_999, 2)).rejects.toThrow()
    await store.write(140_000, Uint8Array.of(1))
    const expected = new Uint8Array(140_001)
    expected.set(someBytes(300_000).subarray(0, 130_000))
    expected[140_000] = 1
    expect(await store.read(0, 140_001)).toEqual(expected)
    await store.truncate(0)
    await expect(store.read(0, 1)).rejects.toThrow()
  })

  it('gives bytes that are the reader’s own', async () => {
    const store = await open()
    await store.write(0, Uint8Array.of(1, 2, 3))
    const read = await store.read(0, 3)
    read.fill(9)
    expect(await store.read(0, 3)).toEqual(Uint8Array.of(1, 2, 3))
  })
})

it('a file that is opened to be read is not made, nor written to', async () => {
  await expect(FileStore.toRead(join(dir, 'none'))).rejects.toMatchObject({ code: 'E_IO' })
  expect(await readdir(dir)).not.toContain('none')
  const path = join(dir, 'there')
  const written = await opened(await FileStore.open(path))
  await written.write(0, someBytes(10))
  const store = await opened(await FileStore.toRead(path))
  expect(await store.read(0, 10)).toEqual(someBytes(10))
  await expect(store.write(0, Uint8Array.of(1))).rejects.toMatchObject({ code: 'E_IO' })
})
