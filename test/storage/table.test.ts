import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { StorageRecord } from '../../storage/records/judge.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { poseidonOfWidth } from '../bus/poseidon-reference.ts'
import { kernel } from './kernels.ts'
import { alice, blobOf, blobReveal, bob, paramsOf, said } from './record-scene.ts'
import { dumpOf } from './table-dump.ts'

const params = paramsOf()
const SIZE = 1024
const [a, b] = [alice, bob].map(({ publicKey }) => bytesToHex(publicKey)) as [string, string]
const CHUNK_OF_DATA = 10 * 7936

/** A blob that takes so many chunks. */
const claim = (root: number, chunks: number): StorageRecord => {
  const { id } = blobOf(BigInt(root), 1)
  return {
    kind: 'blob',
    author: a,
    id: bytesToHex(id),
    root: bytesToHex(encodeField([BigInt(root)])),
    length: 1,
    chunks,
  }
}

const tableOf = (...blocks: (readonly StorageRecord[])[]) => {
  const table = new StorageTable(kernel, params)
  for (const [i, records] of blocks.entries()) table.apply(i + 1, records)
  return table
}

describe('positions (attack 16)', () => {
  it('go on from the next free one', () => {
    const { blobs } = tableOf([claim(1, 3), claim(2, 5)], [claim(3, 1)])
    expect(blobs.entries.map(({ first }) => first)).toEqual([0, 3, 8])
    expect(blobs.partitionsAt(2)).toEqual([{ number: 0, first: 0, fill: 9, closed: false }])
    expect(blobs.partitionsAt(1)).toEqual([{ number: 0, first: 0, fill: 8, closed: false }])
    expect(blobs.partitionsAt(0)).toEqual([])
    expect([0, 2, 3, 7, 8, 9].map((position) => blobs.at(position, 2)?.id)).toEqual(
      [1, 1, 2, 2, 3].map((root) => (claim(root, 1) as { id: string }).id).concat(undefined as never),
    )
    expect(blobs.at(8, 1)).toBeNull()
  })

  it('of a blob that ends exactly at a partition’s end are in it', () => {
    const { blobs } = tableOf([claim(1, SIZE - 4), claim(2, 4), claim(3, 2)])
    expect(blobs.entries.map(({ first }) => first)).toEqual([0, SIZE - 4, SIZE])
    expect(blobs.partitionsAt(1)).toEqual([
      { number: 0, first: 0, fill: SIZE, closed: true },
      { number: 1, first: SIZE, fill: 2, closed: false },
    ])
  })

  it('of one that would reach one further begin at the next', () => {
    const { blobs } = tableOf([claim(1, SIZE - 4), claim(2, 5), claim(3, 1)])
    expect(blobs.entries.map(({ first }) => first)).toEqual([0, SIZE, SIZE + 5])
    expect(blobs.partitionsAt(1)).toEqual([
      { number: 0, first: 0, fill: SIZE - 4, closed: true },
      { number: 1, first: SIZE, fill: 6, closed: false },
    ])
    expect(blobs.at(SIZE - 1, 1)).toBeNull()
  })

  it('of blobs to come are those that they take then', () => {
    const chunks = [SIZE - 20, 30, 5, SIZE, 1]
    const table = tableOf([claim(1, 5)])
    const { blobs } = table
    const places = blobs.placesOf(chunks)
    expect(places).toEqual([5, SIZE, SIZE + 30, 2 * SIZE, 3 * SIZE])
    table.apply(
      2,
      chunks.map((count, i) => claim(2 + i, count)),
    )
    expect(blobs.entries.slice(1).map(({ first }) => first)).toEqual(places)
    expect(blobs.placesOf([])).toEqual([])
  })

  it('of one as great as a partition are all of it', () => {
    const { blobs } = tableOf([claim(1, SIZE), claim(2, 1), claim(3, SIZE)])
    expect(blobs.entries.map(({ first }) => first)).toEqual([0, SIZE, 2 * SIZE])
    expect(blobs.partitionsAt(1).map(({ closed }) => closed)).toEqual([true, true, true])
  })
})

describe('ids (attack 15)', () => {
  it('count once', () => {
    const table = new StorageTable(kernel, params)
    expect(table.apply(1, [claim(1, 1), claim(1, 1)])).toEqual([null, 'known-id'])
    expect(table.apply(2, [claim(1, 1), claim(2, 1)])).toEqual(['known-id', null])
    table.undo()
    table.undo()
    expect(table.apply(1, [claim(1, 1)])).toEqual([null])
  })

  it('of one root and two lengths are two', () => {
    const reveals = [blobOf(1n, 1000), blobOf(1n, 1001)].map((blob) => blobReveal(blob))
    const table = tableOf(said(params, 1, ...reveals))
    expect(table.blobs.entries).toHaveLength(2)
  })
})

describe('the root', () => {
  const poseidon = poseidonOfWidth(17, 68)
  const leaf = poseidonOfWidth(4, 56)

  it('is that of the specification', () => {
    const { blobs } = tableOf(Array.from({ length: 18 }, (_, i) => claim(i + 1, 2)))
    const leaves = blobs.entries.map(({ id, first, chunks }) => {
      const [element] = decodeField(Buffer.from(id, 'hex')) as [bigint]
      return leaf(20, [element, BigInt(first), BigInt(chunks)])
    })
    let level = leaves
    for (const tag of [41, 42, 43, 44, 45, 46]) {
      const groups = Array.from({ length: Math.ceil(level.length / 16) }, (_, i) => level.slice(16 * i, 16 * i + 16))
      level = groups.map((group) => poseidon(tag, [...group, ...Array(16 - group.length).fill(0n)]))
    }
    expect(decodeField(blobs.rootAt(1))).toEqual(level)
  })

  it('is that of each block', () => {
    const table = tableOf([claim(1, 1)], [], [claim(2, 1)])
    const { blobs } = table
    const [zero, one, same, two, later] = [0, 1, 2, 3, 9].map((height) => bytesToHex(blobs.rootAt(height)))
    expect(zero).toBe('00'.repeat(32))
    expect(one).toBe(bytesToHex(tableOf([claim(1, 1)]).blobs.rootAt(1)))
    expect([same, later]).toEqual([one, two])
    expect(two).not.toBe(one)
    table.undo()
    expect(bytesToHex(blobs.rootAt(9))).toBe(one)
  })

  it('opens to every entry', () => {
    const { blobs } = tableOf(Array.from({ length: 20 }, (_, i) => claim(i + 1, 1)))
    for (const { id, first, chunks } of blobs.entries) {
      const { number, path } = blobs.proofAt(id, 1)!
      const siblings = decodeField(path) as bigint[]
      expect(siblings).toHaveLength(6 * 15)
      const [element] = decodeField(Buffer.from(id, 'hex')) as [bigint]
      let [node, at] = [leaf(20, [element, BigInt(first), BigInt(chunks)]), number]
      for (const [level, tag] of [41, 42, 43, 44, 45, 46].entries()) {
        const group = siblings.slice(15 * level, 15 * level + 15)
        group.splice(at % 16, 0, node)
        node = poseidon(tag, group)
        at = Math.floor(at / 16)
      }
      expect([node]).toEqual(decodeField(blobs.rootAt(1)))
      if (number === 2) break
    }
    expect(blobs.proofAt('00'.repeat(32), 1)).toBeNull()
  })

  it('opens as of every block as a table that ends there does', () => {
    const blocks = [300, 1, 15, 16, 1].map((count, block) =>
      Array.from({ length: count }, (_, i) => claim(1_000 * (block + 1) + i, 1)),
    )
    const { blobs } = tableOf(...blocks)
    for (const height of [1, 2, 3, 4, 5]) {
      const ended = tableOf(...blocks.slice(0, height)).blobs
      for (const at of [0, 15, 16, 255, 256, 299, ended.entries.length - 1]) {
        const { id } = ended.entries[at]!
        expect(blobs.proofAt(id, height)).toEqual(ended.proofAt(id, height))
      }
      const last = ended.entries.at(-1)!
      expect(blobs.proofAt(last.id, height - 1)).toBeNull()
    }
  })
})

describe('out of order and after reorgs (attack 17)', () => {
  const record = fc.oneof(
    fc
      .record({ root: fc.integer({ min: 1, max: 30 }), chunks: fc.constantFrom(1, 2, 300, 1000, 1024) })
      .map(({ root, chunks }) => claim(root, chunks)),
    fc
      .record({ author: fc.constantFrom(a, b), seq: fc.nat(9), peer: fc.constantFrom('aa', 'bb', null) })
      .map((said): StorageRecord => ({ kind: 'provider', ...said })),
    fc
      .record({
        author: fc.constantFrom(a, b),
        seq: fc.nat(9),
        name: fc.constantFrom('x', 'y'),
        id: fc.constantFrom('11', null),
      })
      .map((said): StorageRecord => ({ kind: 'name', ...said })),
  )
  const blocks = (min: number, max: number) =>
    fc.array(fc.array(record, { maxLength: 4 }), { minLength: min, maxLength: max })

  it('the table is the one of the blocks that stayed', () => {
    const property = fc.property(
      blocks(1, 20),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), blocks(1, 11)), { maxLength: 4 }),
      (first, reorgs) => {
        let chain = first
        const table = tableOf(...chain)
        for (const [depth, branch] of reorgs) {
          const from = Math.max(0, chain.length - depth)
          for (let i = chain.length; i > from; i--) table.undo()
          chain = [...chain.slice(0, from), ...branch]
          for (const [i, records] of branch.entries()) table.apply(from + i + 1, records)
        }
        expect(dumpOf(table, params)).toEqual(dumpOf(tableOf(...chain), params))
      },
    )
    fc.assert(property, { numRuns: 60 })
  }, 120_000)

  it('blobs count in whatever order they confirm', () => {
    const [first, second] = [1n, 2n].map((root) => blobReveal(blobOf(root, CHUNK_OF_DATA)))
    const ids = (...order: (typeof first)[]) =>
      tableOf(...order.map((reveal, i) => said(params, i + 1, reveal!))).blobs.entries.map(({ id }) => id)
    expect(ids(second, first)).toEqual(ids(first, second).reverse())
  })

  it('blocks come in order', () => {
    const table = tableOf([], [])
    expect(() => table.apply(2, [])).toThrow(RangeError)
    table.undo()
    table.undo()
    expect(() => table.undo()).toThrow(RangeError)
    expect(table.height).toBeNull()
  })
})
