import { CarReader } from '@ipld/car'
import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { equalBytes } from '../../src/lib/index.ts'
import { decodeManifest } from '../../storage/manifest/manifest.ts'
import { at, error, GatewayPlace } from './gateway-place.ts'

const place = new GatewayPlace()

describe('?format=car', () => {
  it.each([[''], ['/a'], ['/a/large.bin'], ['/b/index.html']])(
    'of %s is read by @ipld/car with equal CIDs',
    async (path) => {
      const answer = await place.get(at(place.folder, `${path}?format=car`))
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*'])
      const car = await CarReader.fromBytes(answer.body)
      const [root] = await car.getRoots()
      let blocks = 0
      for await (const { cid, bytes } of car.blocks()) {
        if (blocks++ === 0) expect(cid.toString()).toBe(root?.toString())
        expect(equalBytes(cid.multihash.digest, sha256(bytes))).toBe(true)
      }
      if (path !== '' && path !== '/a/large.bin') return
      const manifest = await manifestOf()
      const named = path === '' ? manifest.cid : manifest.files.find((file) => `/${file.path}` === path)?.cid
      expect(root?.toString()).toBe(CID.decode(named as Uint8Array).toString())
      if (path === '/a/large.bin') expect(blocks).toBe(4)
    },
  )

  it('of a blob without a manifest there is none', async () => {
    expect(error(await place.get(at(place.blob, '?format=car')))).toBe('no-such-path')
  })

  it('is made once for all who want it, a few at a time: who wants another is told when to ask again', async () => {
    const { blobs } = place.reading
    const released = Promise.withResolvers<void>()
    let asked = 0
    const give = (kind: 'unit' | 'chunk') => async (id: string, index: number) => {
      if (id !== place.folder) {
        asked++
        await released.promise
      }
      return await blobs[kind](id, index)
    }
    const slow = { name: 'slow', content: (id: string) => blobs.content(id), unit: give('unit'), chunk: give('chunk') }
    const url = await place.reading.gateway([slow])
    const car = (path: string) => fetch(`${url}${at(place.folder, `${path}?format=car`)}`)
    const paths = ['', '/a', '/a/large.bin', '/c.svg']
    const pending = paths.map(car)
    await expect.poll(() => asked).toBe(paths.length)
    const busy = await car('/b/index.html')
    expect([busy.status, (await busy.json()).error, busy.headers.get('retry-after')]).toEqual([503, 'busy', '1'])
    pending.push(car('/c.svg'))
    released.resolve()
    for (const answer of await Promise.all(pending)) {
      expect(answer.status).toBe(200)
      await answer.arrayBuffer()
    }
    expect((await car('/b/index.html')).status).toBe(200)
  })

  async function manifestOf() {
    const content = await place.reading.blobs.content(place.folder)
    const chunk = await place.reading.blobs.chunk(place.folder, 0)
    const decoded = decodeManifest(chunk?.bytes.subarray(0, content?.length) ?? new Uint8Array())
    if (!decoded.ok) throw new Error(decoded.detail)
    return decoded.manifest
  }
})
