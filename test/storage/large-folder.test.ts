import { afterAll, beforeAll, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { readBlob } from '../../storage/index.ts'
import { encodeManifest } from '../../storage/manifest/manifest.ts'
import { FileIndex } from '../../storage/reading/file-index.ts'
import { kernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'

/** A folder of 20,000 files: paths and places are found without a look at all of them, and a page lists some. */
const COUNT = 20_000
let place: ReadingPlace
let id: string
beforeAll(async () => {
  place = await ReadingPlace.make()
  const small = await place.directory({ a: '1' })
  const { cid, files, blobs } = await place.manifestOf(small)
  const [file, blob] = [files[0], blobs[0]]
  if (file === undefined || blob === undefined) throw new Error('no file')
  const path = (i: number) => `f${String(i).padStart(6, '0')}`
  // All but one are empty.
  const many = Array.from({ length: COUNT }, (_, i) => ({ ...file, path: path(i), size: i === COUNT - 1 ? 1 : 0 }))
  id = await place.blob(encodeManifest({ cid, blobs: [blob], files: many }))
})
afterAll(() => place?.remove())

it('is read by path', async () => {
  const gateway = await place.gateway()
  const options = { kernel, params: regtest, gateways: [gateway] }
  const read = await readBlob(`web3://${id}:${REGTEST}/f019999`, options)
  if (!read.ok || read.found.content.kind !== 'file') throw new Error('not read')
  const pieces: Uint8Array[] = []
  for await (const piece of read.found.content.read(0, 1)) pieces.push(piece)
  expect(pieces).toEqual([new TextEncoder().encode('1')])
  const page = await (await fetch(`${gateway}/web3/${id}:${REGTEST}/`)).text()
  expect(page.match(/<li>/g)).toHaveLength(10_001)
  expect(page).toContain('and 10000 more')
})

it('has each file’s place known beforehand', async () => {
  const index = new FileIndex(await place.manifestOf(id))
  expect([index.find('f000000'), index.find('f019999'), index.find('f')]).toEqual([0, 19_999, null])
  expect(index.ranges(19_999, 0, 1)).toMatchObject([{ offset: 0, length: 1 }])
  expect(index.ranges(5, 0, 0)).toEqual([])
})

it('has the blobs of a file found without a look at all of them', async () => {
  const { cid, files, blobs } = await place.manifestOf(id)
  const [file, blob] = [files[0], blobs[0]]
  if (file === undefined || blob === undefined) throw new Error('no file')
  const many = Array.from({ length: COUNT }, () => ({ ...blob, length: 3 }))
  let looked = 0
  const counted = new Proxy(many, {
    get(target, key) {
      if (/^[0-9]+$/.test(String(key))) looked++
      return Reflect.get(target, key)
    },
  })
  const sizes = [3 * COUNT - 11, 0, 11]
  const index = new FileIndex({
    ...{ cid, blobs: counted },
    files: sizes.map((size, i) => ({ ...file, size, path: String(i) })),
  })
  looked = 0
  const parts = (number: number, start: number, end: number) =>
    index.ranges(number, start, end).map(({ offset, length }) => [offset, length])
  expect(parts(2, 0, 11)).toEqual([
    [1, 2],
    [0, 3],
    [0, 3],
    [0, 3],
  ])
  expect(parts(2, 10, 11)).toEqual([[2, 1]])
  expect(parts(1, 0, 0)).toEqual([])
  expect(parts(0, 30_000, 30_004)).toEqual([
    [0, 3],
    [0, 1],
  ])
  expect(looked).toBeLessThan(100)
})
