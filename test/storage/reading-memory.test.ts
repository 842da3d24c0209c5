import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatBytes } from '../../src/lib/index.ts'
import { encodeManifest } from '../../storage/manifest/manifest.ts'
import { BlobReader } from '../../storage/reading/blob-reader.ts'
import { BoundedCache } from '../../storage/reading/bounded-cache.ts'
import { OpenBlobs } from '../../storage/reading/open-blobs.ts'
import type { BlobSource } from '../../storage/reading/source.ts'
import { someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'
import { altered } from './some-sources.ts'

let place: ReadingPlace
let id: string
let folder: string
const content = someBytes(300_000)
beforeAll(async () => {
  place = await ReadingPlace.make()
  id = await place.blob(content)
  folder = await place.directory({ 'a.txt': 'a', 'b.txt': 'b' })
})
afterAll(() => place?.remove())

async function all(reader: BlobReader): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of reader.read(id, 0, content.length)) pieces.push(piece)
  return concatBytes(...pieces)
}

describe('chunks that were verified before', () => {
  const hasher = () => createHash('sha256')
  const counting = () => {
    const hashed = { units: 0 }
    const unitRoots = (units: Uint8Array) => {
      hashed.units += units.length / 7_936
      return kernel.unitRoots(units)
    }
    return { hashed, counted: { ...kernel, unitRoots } }
  }

  it('are known by their SHA-256, and not hashed to the root again', async () => {
    const { hashed, counted } = counting()
    const reader = new BlobReader({ kernel: counted, sources: [place.blobs], hasher, cacheBytes: 0 })
    expect(await all(reader)).toEqual(content)
    const first = hashed.units
    expect(first).toBeGreaterThan(0)
    expect(await all(reader)).toEqual(content)
    expect(hashed.units).toBe(first)
  })

  it('are refused all the same once they are others', async () => {
    let lies = false
    const source = altered(place.blobs, () => (lies ? 'wrong' : 'given'))
    const reader = new BlobReader({ kernel, sources: [source], hasher, cacheBytes: 0, restoring: null })
    expect(await all(reader)).toEqual(content)
    lies = true
    await expect(all(reader)).rejects.toMatchObject({ cause: { reject: 'not-verified' } })
    lies = false
    expect(await all(reader)).toEqual(content)
  })
})

describe('manifests', () => {
  const counted = () => {
    const source = altered(place.blobs, () => 'given')
    return { source, reader: new BlobReader({ kernel, sources: [source], cacheBytes: 0 }) }
  }

  it('are read and decoded once, however many ask for them', async () => {
    const { source, reader } = counted()
    const blobs = new OpenBlobs(reader)
    const opened = await Promise.all([blobs.open(folder), blobs.open(folder), blobs.open(folder)])
    const asked = source.asked.length
    opened.push(await blobs.open(folder))
    expect(source.asked.length).toBe(asked)
    expect(new Set(opened.map((one) => (one.ok ? one.blob : null))).size).toBe(1)
    expect(opened[0]).toMatchObject({ ok: true, blob: { id: folder } })
  })

  it('that have no room are decoded anew', async () => {
    const { source, reader } = counted()
    const blobs = new OpenBlobs(reader, 100)
    expect(await blobs.open(folder)).toMatchObject({ ok: true })
    const asked = source.asked.length
    expect(await blobs.open(folder)).toMatchObject({ ok: true })
    expect(source.asked.length).toBe(2 * asked)
  })

  it('that are the longest there can be have room: none is decoded for each file anew', async () => {
    const [file] = (await place.manifestOf(folder)).files
    if (file === undefined) throw new Error('no file')
    const { cid } = await place.manifestOf(folder)
    const name = 'n'.repeat(180)
    const files = Array.from({ length: 56_000 }, (_, i) => ({
      ...{ ...file, size: 0 },
      path: `${String(i).padStart(6, '0')}/${name}`,
    }))
    const bytes = encodeManifest({ cid, blobs: [], files })
    expect(bytes.length).toBeGreaterThan(14 << 20)
    // A reader whose pieces cost nothing: what counts here is how often it is asked.
    let read = 0
    const reader: Pick<BlobReader, 'content' | 'bytes'> = {
      content: async () => ({ ok: true, content: { root: new Uint8Array(32), length: bytes.length, coding: 1 } }),
      bytes: async (_, start, end) => {
        read += end - start
        return { ok: true, bytes: bytes.subarray(start, end) }
      },
    }
    const blobs = new OpenBlobs(reader as BlobReader)
    const first = await blobs.open(id)
    const before = read
    const again = await blobs.open(id)
    expect([first.ok, again === first || (again.ok && first.ok && again.blob === first.blob)]).toEqual([true, true])
    expect(read).toBe(before)
  })

  it('that turn out to be none are refused by their ids from then on; what nobody gives is looked for again', async () => {
    const bad = await place.lyingDirectory(folder, (manifest) => ({ ...manifest, blobs: [] }))
    let isAway = true
    const source = altered(place.blobs, () => (isAway ? 'withheld' : 'given'))
    const blobs = new OpenBlobs(new BlobReader({ kernel, sources: [source], cacheBytes: 0, restoring: null }))
    expect(await blobs.open(bad)).toMatchObject({ ok: false, reject: 'not-found' })
    isAway = false
    expect(await blobs.open(bad)).toMatchObject({ ok: false, reject: 'bad-manifest' })
    const asked = source.asked.length
    expect(await blobs.open(bad)).toMatchObject({ ok: false, reject: 'bad-manifest' })
    expect(source.asked.length).toBe(asked)
  })

  it('that one waits for no longer are there for the next', async () => {
    let give = () => {}
    const given = new Promise<void>((resolve) => {
      give = resolve
    })
    const slow: BlobSource = {
      ...altered(place.blobs, () => 'given'),
      unit: async (id, unit) => {
        await given
        return await place.blobs.unit(id, unit)
      },
    }
    const blobs = new OpenBlobs(new BlobReader({ kernel, sources: [slow] }))
    const leaving = new AbortController()
    const left = blobs.open(folder, leaving.signal)
    const stays = blobs.open(folder)
    leaving.abort()
    await expect(left).rejects.toMatchObject({ code: 'E_ABORTED' })
    give()
    expect(await stays).toMatchObject({ ok: true })
  })

  it('of a gateway are, too: a page’s files cost one', async () => {
    const source = altered(place.blobs, () => 'given')
    const gateway = await place.gateway([source], { cacheBytes: 0 })
    const get = async (path: string) => (await fetch(`${gateway}/web3/${folder}:${REGTEST}/${path}`)).text()
    expect(await get('a.txt')).toBe('a')
    const asked = source.asked.length
    expect(await get('b.txt')).toBe('b')
    // The file's own bytes: looked at before they are sent, and sent.
    expect(source.asked.length).toBe(asked + 2)
  })
})

describe('a bounded cache', () => {
  it('keeps what was used last, within its bytes', () => {
    const cache = new BoundedCache<string>(10)
    for (const key of ['a', 'b', 'c']) cache.put(key, key.toUpperCase(), 4)
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.bytes]).toEqual([undefined, 'B', 'C', 8])
    cache.get('b')
    cache.put('d', 'D', 4)
    expect([cache.has('b'), cache.has('c'), cache.bytes]).toEqual([true, false, 8])
    cache.put('b', 'B2', 1)
    cache.put('x', 'X', 11)
    expect([cache.get('b'), cache.has('x'), cache.bytes]).toEqual(['B2', false, 5])
    cache.put('d', 'too long', 11)
    expect([cache.has('d'), cache.bytes]).toEqual([false, 1])
  })
})
