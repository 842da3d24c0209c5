import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesToHex, concatBytes } from '../../src/lib/index.ts'
import { encodeCbor } from '../../src/settlement/index.ts'
import { MemoryStore } from '../../storage/index.ts'
import { sourceFiles } from '../../storage/io/folder.ts'
import { buildManifest, type SourceFile } from '../../storage/manifest/build.ts'
import { decodeManifest, encodeManifest, type Manifest } from '../../storage/manifest/manifest.ts'
import { checkPath, clashing, comparePaths } from '../../storage/manifest/path.ts'
import { rangesOf } from '../support/file-ranges.ts'
import { pieces, someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'

const text = (content: string) => new TextEncoder().encode(content)
const file = (path: string, content: Uint8Array): SourceFile => ({ path, open: () => pieces(content) })

async function built(files: readonly SourceFile[], blobBytes = 100_000) {
  const stores: MemoryStore[] = []
  const storeFor = async () => {
    const store = new MemoryStore()
    stores.push(store)
    return store
  }
  const result = await buildManifest(kernel, files, { blobBytes, storeFor })
  return { result, stores }
}

async function made(files: readonly SourceFile[], blobBytes?: number) {
  const { result, stores } = await built(files, blobBytes)
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return { ...result, stores }
}

const cid = (bytes: Uint8Array) => CID.decode(bytes).toString()

/** A dag-pb node of a file whose pieces are raw leaves, written by hand (UnixFS and dag-pb are protocol buffers). */
function fileNode(leaves: readonly Uint8Array[]): Uint8Array {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
  const field = (number: number, bytes: Uint8Array) =>
    Uint8Array.of((number << 3) | 2, ...varint(bytes.length), ...bytes)
  const count = (number: number, value: number) => Uint8Array.of(number << 3, ...varint(value))
  const links = leaves.map((leaf) => {
    const raw = concatBytes(Uint8Array.of(1, 0x55, 0x12, 0x20), sha256(leaf))
    return field(2, concatBytes(field(1, raw), field(2, new Uint8Array(0)), count(3, leaf.length)))
  })
  const size = leaves.reduce((total, { length }) => total + length, 0)
  const data = concatBytes(count(1, 2), count(3, size), ...leaves.map(({ length }) => count(4, length)))
  return concatBytes(...links, field(1, data))
}

describe('names that IPFS gives', () => {
  it('are those of `ipfs add --cid-version=1`', async () => {
    const one = await made([file('', text('hello world\n'))])
    expect(cid(one.manifest.cid)).toBe('bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4')
    expect(one.manifest.files).toMatchObject([{ path: '', size: 12, cid: one.manifest.cid }])
    const empty = await made([file('', new Uint8Array(0))])
    expect(cid(empty.manifest.cid)).toBe('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
  })

  it('of a longer file are those of a node over raw pieces', async () => {
    const content = someBytes(2 * 262_144 + 5)
    const { manifest } = await made([file('', content)], 1 << 20)
    const leaves = [0, 1, 2].map((i) => content.subarray(262_144 * i, 262_144 * (i + 1)))
    const digest = sha256(fileNode(leaves))
    expect(bytesToHex(manifest.cid)).toBe(`01701220${bytesToHex(digest)}`)
  })

  it('of a folder are of its node, and the same for each file as by itself', async () => {
    const { manifest } = await made([file('a/b.txt', text('hello world\n')), file('c', text('x'))])
    expect(manifest.cid.subarray(0, 4)).toEqual(Uint8Array.of(1, 0x70, 0x12, 0x20))
    expect(cid(manifest.files[0]!.cid)).toBe('bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4')
  })
})

describe('a manifest', () => {
  const contents: readonly [string, Uint8Array][] = [
    ['a.html', someBytes(50, 1)],
    ['b/long.bin', someBytes(250_000, 2)],
    ['b/none', new Uint8Array(0)],
    ['z.json', someBytes(7_000, 3)],
  ]
  const files = contents.map(([path, content]) => file(path, content))

  it('tells where every byte is', async () => {
    const { manifest, blobs, root, stores } = await made(files)
    expect(blobs.map(({ length }) => length)).toEqual([100_000, 100_000, 57_050])
    expect(manifest.blobs.map(({ id }) => id)).toEqual(blobs.map(({ id }) => id))
    for (const [number, [path, content]] of contents.entries()) {
      const entry = manifest.files[number]!
      expect(entry).toMatchObject({ path, size: content.length, sha256: sha256(content) })
      const parts = rangesOf(manifest, number).map(({ blob, offset, length }) => {
        return stores[manifest.blobs.indexOf(blob)]!.bytes.subarray(offset, offset + length)
      })
      expect(concatBytes(...parts)).toEqual(content)
    }
    expect(manifest.files.map(({ type }) => type)).toEqual([
      'text/html;charset=utf-8',
      'application/octet-stream',
      'application/octet-stream',
      'application/json',
    ])
    const bytes = stores[3]!.bytes.subarray(0, root.length)
    expect(bytes).toEqual(encodeManifest(manifest))
    expect(decodeManifest(bytes)).toEqual({ ok: true, manifest })
  })

  it('is the same in whatever order its files come', async () => {
    const { root } = await made(files)
    expect((await made([...files].reverse())).root.id).toEqual(root.id)
    const { root: other } = await made([...files.slice(1), file('a.htm', contents[0]![1])])
    expect(other.id).not.toEqual(root.id)
  })

  it('is not made of files that change meanwhile', async () => {
    for (const second of [someBytes(50, 9), someBytes(49, 1), someBytes(51, 1)]) {
      let opened = 0
      const moving: SourceFile = { path: 'm', open: () => pieces(opened++ === 0 ? contents[0]![1] : second) }
      expect((await built([moving])).result).toMatchObject({ reject: 'changed' })
      opened = 0
      expect((await built([moving, ...files])).result).toMatchObject({ reject: 'changed' })
    }
  })

  it('has paths that stay within its folder, each once', async () => {
    const reject = async (...paths: string[]) => {
      const { result } = await built(paths.map((path) => file(path, text('x'))))
      return result.ok ? 'taken' : result.reject
    }
    expect(await reject('a', 'a.b', 'a-b/c', 'ä')).toBe('taken')
    expect(await reject()).toBe('no-files')
    expect(await reject('a', 'a')).toBe('clashing-paths')
    expect(await reject('a', 'a.b', 'a/b')).toBe('clashing-paths')
    expect(await reject('a', '')).toBe('bad-path')
    for (const path of ['/a', 'a/', 'a//b', '.', '..', 'a/../b', './a'])
      expect(await reject(path), path).toBe('bad-path')
    for (const path of ['a\0', 'a\nb', 'a\\b', '\u0085']) expect(await reject(path)).toBe('bad-character')
    for (const path of ['a\u0308', '\ud800']) expect(await reject(path)).toBe('not-normalised')
    expect(await reject('x'.repeat(256))).toBe('path-too-long')
    expect(await reject(`${'x/'.repeat(512)}y`)).toBe('path-too-long')
    expect(checkPath('x'.repeat(255)).ok).toBe(true)
    expect(checkPath(Array(65).fill('a').join('/')).ok).toBe(true)
    expect(checkPath(Array(66).fill('a').join('/'))).toMatchObject({ reject: 'path-too-long' })
  })

  it('orders paths by code point, and finds whatever is both a file and a folder, as the plain way does', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '\u{1f600}', '\u{1f601}', '\uffff'),
      minLength: 1,
      maxLength: 2,
    })
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
    const bytes = (text: string) => Buffer.from(text, 'utf8')
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(bytes(a), bytes(b)))
      }),
    )
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
        const sorted = paths.sort(comparePaths)
        const isBelow = (one: string) => sorted.some((other) => one.startsWith(`${other}/`))
        expect(clashing(sorted)).toBe(sorted.find(isBelow) ?? null)
      }),
    )
  })

  it('holds as many files as are allowed', async () => {
    const many = Array.from({ length: 100_001 }, (_, i) => file(`f${i}`, text('')))
    expect((await built(many)).result).toMatchObject({ reject: 'too-many-files' })
    expect((await built([file('a', text('x'))], 10)).result).toMatchObject({ reject: 'manifest-too-long' })
  })
})

describe('reading a manifest', () => {
  const good: Manifest = {
    cid: Uint8Array.of(1, 0x70, 0x12, 0x20, ...new Uint8Array(32)),
    blobs: [{ id: new Uint8Array(32), length: 5 }],
    files: ['a', 'b'].map((path, i) => ({
      path,
      type: 'text/plain',
      size: 2 + i,
      sha256: new Uint8Array(32),
      cid: Uint8Array.of(1, 0x55, 0x12, 0x20, ...new Uint8Array(32)),
    })),
  }
  const [a, b] = good.files as [Manifest['files'][number], Manifest['files'][number]]
  const reject = (bytes: Uint8Array) => {
    const result = decodeManifest(bytes)
    return result.ok ? 'taken' : result.reject
  }
  const of = (changed: Partial<Manifest>) => reject(encodeManifest({ ...good, ...changed }))

  it('takes one form', () => {
    expect(of({})).toBe('taken')
    const bytes = encodeManifest(good)
    expect(reject(bytes.subarray(1))).toMatch(/^(not-|no-manifest)/)
    expect(reject(concatBytes(bytes, Uint8Array.of(0)))).toMatch(/^not-/)
    expect(reject(encodeCbor({ a: 1 }))).toBe('no-manifest')
    expect(reject(encodeCbor([]))).toBe('no-manifest')
    expect(reject(encodeCbor(['wsc-manifest', 2]))).toBe('unknown-version')
    expect(reject(encodeCbor(['wsc-manifest', 1]))).toBe('bad-manifest')
    expect(reject(new Uint8Array(0))).toBe('not-cbor')
  })

  it('takes no path that leaves its folder, is there twice or out of order', () => {
    for (const path of ['../a', '/a', 'a\0', 'A\u0308', '']) expect(of({ files: [{ ...a, path }, b] })).toBe('bad-path')
    expect(of({ files: [b, a] })).toBe('clashing-paths')
    expect(of({ files: [a, { ...b, path: 'a' }] })).toBe('clashing-paths')
    expect(of({ files: [a, { ...b, path: 'a/b' }] })).toBe('clashing-paths')
  })

  it('takes no lengths that disagree', () => {
    expect(of({ blobs: [] })).toBe('bad-lengths')
    expect(of({ blobs: [{ id: new Uint8Array(32), length: 6 }] })).toBe('bad-lengths')
    expect(of({ files: [a, { ...b, size: 2 ** 53 - 1 }] })).toBe('bad-lengths')
    expect(of({ files: [a, { ...b, size: -1 }] })).toBe('bad-manifest')
    expect(of({ files: [] })).toBe('bad-manifest')
  })

  it('takes no other facts', () => {
    expect(of({ cid: good.cid.subarray(1) })).toBe('bad-manifest')
    expect(of({ cid: new Uint8Array(36) })).toBe('bad-manifest')
    for (const type of ['', 'text/plain\r\nx: y', ' ', 'ä', 'x'.repeat(128)]) {
      expect(of({ files: [{ ...a, type }, b] })).toBe('bad-manifest')
    }
    expect(of({ blobs: [{ id: new Uint8Array(31), length: 5 }] })).toBe('bad-manifest')
  })
})

describe('a folder on the disk', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wsc-folder-'))
    await mkdir(join(dir, 'in/deep'), { recursive: true })
    await mkdir(join(dir, 'empty'))
    await writeFile(join(dir, 'in/deep/x.txt'), 'hello world\n')
    await writeFile(join(dir, 'y'), 'y')
  })
  afterEach(() => rm(dir, { recursive: true }))

  const files = async (path: string) => {
    const result = await sourceFiles(path)
    if (!result.ok) throw new Error(result.reject)
    return result.files
  }

  it('gives its files, or the one file', async () => {
    const { manifest } = await made(await files(dir))
    expect(manifest.files.map(({ path, type }) => [path, type])).toEqual([
      ['in/deep/x.txt', 'text/plain;charset=utf-8'],
      ['y', 'application/octet-stream'],
    ])
    const one = await made(await files(join(dir, 'in/deep/x.txt')))
    expect(one.manifest.files).toMatchObject([{ path: '', type: 'text/plain;charset=utf-8' }])
    expect(cid(one.manifest.cid)).toBe('bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4')
  })

  it('is refused with links and names that are not UTF-8', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${dir}/in/`), Buffer.of(0xff)]), 'x')
    expect(await sourceFiles(dir)).toMatchObject({ reject: 'bad-name' })
    await symlink('/etc/hostname', join(dir, 'link'))
    expect(await sourceFiles(join(dir, 'link'))).toMatchObject({ reject: 'link' })
    expect(await sourceFiles('/dev/null')).toMatchObject({ reject: 'no-file' })
    await rm(join(dir, 'in'), { recursive: true })
    expect(await sourceFiles(dir)).toMatchObject({ reject: 'link' })
    await expect(sourceFiles(join(dir, 'missing'))).rejects.toMatchObject({ code: 'E_IO' })
  })
})
