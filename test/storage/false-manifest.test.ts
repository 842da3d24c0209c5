import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { type ManifestFile, readBlob } from '../../storage/index.ts'
import type { Manifest } from '../../storage/manifest/manifest.ts'
import { someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'

/** An author whose manifest says of blobs and files what is not so: bytes are right, and what is said of them is not. */
let place: ReadingPlace
let gateway: string
let folder: string
const large = someBytes(300_000)
beforeAll(async () => {
  place = await ReadingPlace.make()
  gateway = await place.gateway()
  folder = await place.directory({ 'a.txt': 'a', 'large.bin': large, 'z.txt': 'z' })
})
afterAll(() => place?.remove())

const ofFile = (path: string, lie: (file: ManifestFile) => Partial<ManifestFile>) => (manifest: Manifest) => ({
  ...manifest,
  files: manifest.files.map((file) => (file.path === path ? { ...file, ...lie(file) } : file)),
})
const wrongHash = { sha256: new Uint8Array(32).fill(7) }

async function read(id: string, path: string, range?: readonly [number, number]): Promise<Uint8Array> {
  const found = await readBlob(`web3://${id}:${REGTEST}/${path}`, { kernel, params: regtest, gateways: [gateway] })
  if (!found.ok || found.found.content.kind !== 'file') throw new Error('not opened')
  const { content } = found.found
  const pieces: Uint8Array[] = []
  for await (const piece of content.read(...(range ?? [0, content.size]))) pieces.push(piece)
  return concatBytes(...pieces)
}

describe('a SHA-256 that is none of the file', () => {
  it('ends the stream before its last piece', async () => {
    const lie = await place.lyingDirectory(
      folder,
      ofFile('large.bin', () => wrongHash),
    )
    const fault = { code: 'E_UNREADABLE', cause: { reject: 'bad-manifest' } }
    await expect(read(lie, 'large.bin')).rejects.toMatchObject(fault)
    expect(await read(lie, 'large.bin', [5, 200_000])).toEqual(large.slice(5, 200_000))
    expect(new TextDecoder().decode(await read(lie, 'a.txt'))).toBe('a')
    const answer = await fetch(`${gateway}/web3/${lie}:${REGTEST}/large.bin`)
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })

  it('of a short file is a 502', async () => {
    const lie = await place.lyingDirectory(
      folder,
      ofFile('a.txt', () => wrongHash),
    )
    const answer = await fetch(`${gateway}/web3/${lie}:${REGTEST}/a.txt`)
    expect([answer.status, (await answer.json()) as object]).toEqual([
      502,
      expect.objectContaining({ error: 'bad-manifest' }),
    ])
  })

  it('of another file does not have a browser keep that one', async () => {
    const { files } = await place.manifestOf(folder)
    const sha256 = files.find(({ path }) => path === 'z.txt')?.sha256 as Uint8Array
    const lie = await place.lyingDirectory(
      folder,
      ofFile('a.txt', () => ({ sha256 })),
    )
    const tag = async (id: string, path: string) =>
      (await fetch(`${gateway}/web3/${id}:${REGTEST}/${path}`, { method: 'HEAD' })).headers.get('etag')
    const tags = [await tag(folder, 'a.txt'), await tag(folder, 'z.txt'), await tag(lie, 'a.txt')]
    expect(new Set(tags).size).toBe(3)
  })
})

describe('other lies', () => {
  it('of a blob’s length end the stream', async () => {
    const lie = await place.lyingDirectory(folder, (manifest) => {
      const [first, second, ...rest] = manifest.blobs as [Manifest['blobs'][0], Manifest['blobs'][0]]
      const blobs = [{ ...first, length: first.length - 1 }, { ...second, length: second.length + 1 }, ...rest]
      return { ...manifest, blobs }
    })
    await expect(read(lie, 'a.txt')).rejects.toMatchObject({ cause: { reject: 'bad-manifest' } })
  })

  it('of a CID are found before a CAR is sent', async () => {
    const cid = (await place.manifestOf(folder)).files[0]?.cid as Uint8Array
    const lie = await place.lyingDirectory(
      folder,
      ofFile('large.bin', () => ({ cid })),
    )
    const car = async (id: string, path: string) =>
      (await fetch(`${gateway}/web3/${id}:${REGTEST}${path}?format=car`)).status
    expect([await car(lie, '/large.bin'), await car(lie, '/z.txt'), await car(lie, '')]).toEqual([502, 200, 200])
    const hash = await place.lyingDirectory(
      folder,
      ofFile('z.txt', () => wrongHash),
    )
    expect(await car(hash, '')).toBe(502)
  })

  it('of a manifest that is none are a rejection, whatever they are', async () => {
    const good = new TextEncoder().encode('wsc-manifest')
    for (const rest of [[], [1], [0xff], [...new Uint8Array(100)]]) {
      const id = await place.blob(Uint8Array.from([0x85, 0x6c, ...good, ...rest]))
      const found = await readBlob(`web3://${id}:${REGTEST}/`, { kernel, params: regtest, gateways: [gateway] })
      expect(found).toMatchObject({ ok: false, reject: 'bad-manifest' })
    }
  })
})
