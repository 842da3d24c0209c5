import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeField, encodeField, FIELD_MODULUS } from '../../src/bus/index.ts'
import type { EncodedBlob } from '../../storage/blob/encode.ts'
import { blobId } from '../../storage/blob/id.ts'
import { restoreBlob } from '../../storage/blob/restore.ts'
import { blobShape, CODING, longestBlob } from '../../storage/blob/shape.ts'
import { BlobTree } from '../../storage/blob/tree.ts'
import { type Piece, verifyChunk, verifyUnit } from '../../storage/blob/verify.ts'
import { CHUNK_BYTES, encodeBlob, MAX_BLOB_BYTES, MemoryStore, UNIT_BYTES } from '../../storage/index.ts'
import { FileStore } from '../../storage/io/file-store.ts'
import { poseidonOfWidth } from '../bus/poseidon-reference.ts'
import { pieces, someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'

const poseidon = poseidonOfWidth(17, 68)

async function encoded(
  content: Uint8Array,
  store = new MemoryStore(),
): Promise<{ blob: EncodedBlob; store: MemoryStore }> {
  const made = await encodeBlob(kernel, pieces(content), store)
  if (!made.ok) throw new Error(made.detail)
  return { blob: made.blob, store }
}

describe('shape', () => {
  it('follows from the length', () => {
    expect(blobShape(1)).toEqual({ length: 1, dataUnits: 1, parityUnits: 1, units: 16, chunks: 1 })
    expect(blobShape(UNIT_BYTES + 1)).toMatchObject({ dataUnits: 2, parityUnits: 1, chunks: 1 })
    expect(blobShape(10 * UNIT_BYTES)).toMatchObject({ dataUnits: 10, parityUnits: 5, chunks: 1 })
    expect(blobShape(10 * UNIT_BYTES + 1)).toMatchObject({ dataUnits: 11, parityUnits: 6, units: 32, chunks: 2 })
    expect(MAX_BLOB_BYTES).toBe(260_046_848)
    expect(blobShape(MAX_BLOB_BYTES)).toMatchObject({ dataUnits: 32_768, parityUnits: 16_384, chunks: 3_072 })
    for (const bad of [0, -1, 1.5, MAX_BLOB_BYTES + 1, Number.NaN]) expect(() => blobShape(bad)).toThrow(RangeError)
  })

  it('has a longest blob for so many chunks', () => {
    for (const chunks of [1, 2, 3, 7, 16, 100, 1024, 3071, 3072]) {
      const length = longestBlob(chunks)
      expect(blobShape(length).chunks).toBe(chunks)
      if (length < MAX_BLOB_BYTES) expect(blobShape(length + 1).chunks).toBe(chunks + 1)
    }
    expect(longestBlob(4096)).toBe(MAX_BLOB_BYTES)
  })
})

describe('a blob', () => {
  it('has the tree of the specification', async () => {
    const { blob, store } = await encoded(someBytes(10 * UNIT_BYTES + 5))
    expect(store.bytes.length).toBe(2 * CHUNK_BYTES)
    const roots = decodeField(blob.unitRoots) as bigint[]
    expect(roots.length).toBe(32)
    const chunks = [poseidon(35, roots.slice(0, 16)), poseidon(35, roots.slice(16))]
    const above = (tag: number, children: bigint[]) =>
      poseidon(tag, [...children, ...Array(16 - children.length).fill(0n)])
    const root = above(38, [above(37, [above(36, chunks)])])
    expect(decodeField(blob.root)).toEqual([root])
    const id = poseidonOfWidth(4, 56)(19, [root, BigInt(blob.length), 1n])
    expect(decodeField(blob.id)).toEqual([id])
  })

  it('is the same however its content comes, and another with one byte more', async () => {
    const content = someBytes(3 * CHUNK_BYTES + 77)
    const { blob } = await encoded(content)
    for (const size of [1_000, 7_936, 1 << 20, content.length]) {
      const made = await encodeBlob(kernel, pieces(content, size), new MemoryStore())
      expect(made).toMatchObject({ ok: true, blob: { id: blob.id } })
    }
    const { blob: longer } = await encoded(new Uint8Array([...content, 0]))
    // The same units, another length.
    expect(longer.root).toEqual(blob.root)
    expect(longer.id).not.toEqual(blob.id)
  })

  it('holds at least one byte and at most what is allowed', async () => {
    expect(await encodeBlob(kernel, pieces(new Uint8Array(0)), new MemoryStore())).toMatchObject({ reject: 'empty' })
    const options = { maxBytes: 1000 }
    const oversized = await encodeBlob(kernel, pieces(someBytes(1001), 7), new MemoryStore(), options)
    expect(oversized).toMatchObject({ reject: 'oversized' })
    expect(await encodeBlob(kernel, pieces(someBytes(1000), 7), new MemoryStore(), options)).toMatchObject({ ok: true })
  })

  it('has no id where its root is no element', () => {
    const content = { length: 1, coding: CODING }
    expect(blobId(kernel, { ...content, root: new Uint8Array(32).fill(255) })).toBeNull()
    expect(blobId(kernel, { ...content, root: new Uint8Array(31) })).toBeNull()
    const modulus = encodeField([FIELD_MODULUS - 1n])
    modulus[0]! += 1
    expect(blobId(kernel, { ...content, root: modulus })).toBeNull()
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const content = async function* () {
      for (;;) {
        yield someBytes(CHUNK_BYTES)
        stop.abort()
      }
    }
    const made = encodeBlob(kernel, content(), new MemoryStore(), { signal: stop.signal })
    await expect(made).rejects.toMatchObject({ code: 'E_ABORTED' })
  })
})

describe('proofs', () => {
  const content = someBytes(4 * CHUNK_BYTES + 3)
  let blob: EncodedBlob
  let units: Uint8Array
  let tree: BlobTree
  beforeAll(async () => {
    const made = await encoded(content)
    blob = made.blob
    units = made.store.bytes
    tree = new BlobTree(kernel, blob.unitRoots)
  })
  const unit = (index: number): Piece => {
    return { index, bytes: units.slice(index * UNIT_BYTES, (index + 1) * UNIT_BYTES), path: tree.unitPath(index) }
  }
  const chunk = (index: number): Piece => {
    return { index, bytes: units.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES), path: tree.chunkPath(index) }
  }

  it('hold for every unit and chunk', async () => {
    for (let i = 0; i < blob.shape.units; i++) expect(await verifyUnit(kernel, blob, unit(i))).toEqual({ ok: true })
    for (let i = 0; i < blob.shape.chunks; i++) {
      const unitRoots = blob.unitRoots.slice(i * 512, (i + 1) * 512)
      expect(await verifyChunk(kernel, blob, chunk(i))).toEqual({ ok: true, unitRoots })
    }
  })

  it('hold for nothing else', async () => {
    const flipped = (bytes: Uint8Array, at: number) => {
      const copy = bytes.slice()
      copy[at]! ^= 1
      return copy
    }
    for (const [verify, good] of [
      [verifyUnit, unit(17)],
      [verifyChunk, chunk(1)],
    ] as const) {
      const reject = async (changed: Partial<Piece>, of: Partial<EncodedBlob> = {}) => {
        const result = await verify(kernel, { ...blob, ...of }, { ...good, ...changed })
        return result.ok ? 'taken' : result.reject
      }
      expect(await reject({})).toBe('taken')
      for (const at of [0, 30, 31, good.bytes.length - 1]) {
        expect(await reject({ bytes: flipped(good.bytes, at) })).toBe('wrong-root')
      }
      for (let at = 0; at < good.path.length; at += 32) {
        expect(await reject({ path: flipped(good.path, at) })).toBe('wrong-root')
      }
      expect(await reject({ index: good.index + 1 })).toBe('wrong-root')
      for (const index of [-1, 0.5, Number.NaN, good.index + 1000])
        expect(await reject({ index })).toBe('no-such-piece')
      expect(await reject({ bytes: good.bytes.subarray(1) })).toBe('bad-length')
      expect(await reject({ path: good.path.subarray(32) })).toBe('path-malformed')
      expect(await reject({ path: good.path.slice().fill(255, 0, 32) })).toBe('path-malformed')
      expect(await reject({}, { root: flipped(blob.root, 0) })).toBe('wrong-root')
      expect(await reject({}, { root: new Uint8Array(32).fill(255) })).toBe('no-such-blob')
      expect(await reject({}, { length: 0 })).toBe('no-such-blob')
      expect(await reject({}, { coding: 2 })).toBe('no-such-blob')
    }
  })

  it('take no node of one level for another’s', async () => {
    // The path of a chunk, with the chunk's own siblings left out, is none of a unit.
    const path = unit(17).path
    expect(path.length).toBe(4 * 15 * 32)
    const shifted = new Uint8Array(path.length)
    shifted.set(chunk(1).path)
    const result = await verifyUnit(kernel, blob, { ...unit(17), path: shifted })
    expect(result).toMatchObject({ reject: 'wrong-root' })
  })
})

describe('restoring', () => {
  it('needs any two thirds of the units', async () => {
    const content = someBytes(20 * UNIT_BYTES - 9)
    const { blob, store } = await encoded(content)
    const { dataUnits, parityUnits } = blob.shape
    const losses = [
      (unit: number) => unit % 3 === 0,
      (unit: number) => unit < parityUnits,
      (unit: number) => unit >= dataUnits,
      (unit: number) => unit >= 5 && unit < 5 + parityUnits,
    ]
    for (const lost of losses) {
      const damaged = new MemoryStore()
      await damaged.write(0, store.bytes)
      for (let unit = 0; unit < blob.shape.units; unit++) {
        if (lost(unit)) await damaged.write(unit * UNIT_BYTES, new Uint8Array(UNIT_BYTES).fill(9))
      }
      const restored = await restoreBlob(kernel, damaged, blob, (unit) => !lost(unit))
      expect(restored).toMatchObject({ ok: true, blob: { id: blob.id } })
      expect(damaged.bytes).toEqual(store.bytes)
    }
    const few = await restoreBlob(kernel, store, blob, (unit) => unit >= parityUnits + 1)
    expect(few).toMatchObject({ reject: 'too-few-units' })
  })

  it('refuses a blob whose parity is none of its data', async () => {
    const { blob, store } = await encoded(someBytes(12 * UNIT_BYTES))
    const { dataUnits } = blob.shape
    const wrong = new MemoryStore()
    await wrong.write(0, store.bytes)
    await wrong.write(dataUnits * UNIT_BYTES, new Uint8Array(UNIT_BYTES))
    const roots = await kernel.unitRoots(wrong.bytes)
    const root = new BlobTree(kernel, roots).root
    const made = await restoreBlob(kernel, wrong, { ...blob, root }, () => true)
    expect(made).toMatchObject({ reject: 'another-blob' })
    // Nor where what its units hash to is known: the parity is made anew all the same.
    const known = (unit: number) => roots.subarray(unit * 32, (unit + 1) * 32)
    await wrong.write(dataUnits * UNIT_BYTES, new Uint8Array(UNIT_BYTES))
    expect(await restoreBlob(kernel, wrong, { ...blob, root }, () => true, { known })).toMatchObject({
      reject: 'another-blob',
    })
  })

  it('hashes no unit anew that was verified and is as it was', async () => {
    const { blob, store } = await encoded(someBytes(150 * UNIT_BYTES))
    const { dataUnits, parityUnits, units } = blob.shape
    let hashed = 0
    const counting = {
      ...kernel,
      unitRoots: (bytes: Uint8Array) => {
        hashed += bytes.length / UNIT_BYTES
        return kernel.unitRoots(bytes)
      },
    }
    const known = (unit: number) => blob.unitRoots.subarray(unit * 32, (unit + 1) * 32)
    const all = await restoreBlob(counting, store, blob, () => true, { known })
    expect(all).toMatchObject({ ok: true, blob: { id: blob.id } })
    expect(hashed).toBe(units - dataUnits - parityUnits)
    // What is not known is hashed, with what lies beside it.
    hashed = 0
    const lost = (unit: number) => unit === 140
    const options = { known: (unit: number) => (lost(unit) ? null : known(unit)) }
    const restored = await restoreBlob(counting, store, blob, (unit) => !lost(unit), options)
    expect(restored).toMatchObject({ ok: true, blob: { id: blob.id } })
    expect(hashed).toBe(22 + units - dataUnits - parityUnits)
  })
})

describe('in a file', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wsc-blob-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  it('a blob of many columns is what it is in memory', async () => {
    // 150 units, more than are read at once, in columns of 192 bytes, the last of which is shorter.
    const content = someBytes(150 * UNIT_BYTES - 3)
    const options = { columnBytes: 150 * 192 + 63 }
    const file = await FileStore.open(join(directory, 'blob'))
    const made = await encodeBlob(kernel, pieces(content, 1 << 16), file, options)
    if (!made.ok) throw new Error(made.detail)
    const { blob } = made
    expect((await stat(join(directory, 'blob'))).size).toBe(blob.shape.chunks * CHUNK_BYTES)
    const last = blob.shape.dataUnits + blob.shape.parityUnits - 1
    const tree = new BlobTree(kernel, blob.unitRoots)
    const bytes = await file.read(last * UNIT_BYTES, UNIT_BYTES)
    expect(await verifyUnit(kernel, blob, { index: last, bytes, path: tree.unitPath(last) })).toEqual({ ok: true })
    const { dataUnits } = blob.shape
    const whole = new Uint8Array(dataUnits * UNIT_BYTES)
    whole.set(content)
    const parity = await kernel.encodeColumn(dataUnits, UNIT_BYTES, whole)
    expect(await file.read(dataUnits * UNIT_BYTES, parity.length)).toEqual(parity)
    await file.write(0, new Uint8Array(UNIT_BYTES * 70))
    const restored = await restoreBlob(kernel, file, blob, (unit) => unit >= 70, options)
    expect(restored).toMatchObject({ ok: true, blob: { id: blob.id } })
    expect(await file.read(0, content.length)).toEqual(content)
    await expect(file.read(blob.shape.chunks * CHUNK_BYTES, 1)).rejects.toMatchObject({ code: 'E_IO' })
    await file.close()
  })
})
