import { CarReader } from '@ipld/car'
import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { equalBytes } from '../../src/lib/index.ts'
import { decodeManifest } from '../../storage/index.ts'
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

  async function manifestOf() {
    const content = await place.reading.blobs.content(place.folder)
    const chunk = await place.reading.blobs.chunk(place.folder, 0)
    const decoded = decodeManifest(chunk?.bytes.subarray(0, content?.length) ?? new Uint8Array())
    if (!decoded.ok) throw new Error(decoded.detail)
    return decoded.manifest
  }
})
