import { describe, expect, it } from 'vitest'
import { bytesToHex } from '../../src/lib/index.ts'
import type { StorageRecord } from '../../storage/records/judge.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { kernel } from './kernels.ts'
import {
  alice,
  blobOf,
  bob,
  nameReveal,
  paramsOf,
  peers,
  providerReveal,
  said,
  withdrawalReveal,
} from './record-scene.ts'

const params = paramsOf()
const [a, b] = [alice, bob].map(({ publicKey }) => bytesToHex(publicKey)) as [string, string]

const tableOf = (...blocks: (readonly StorageRecord[])[]) => {
  const table = new StorageTable(kernel, params)
  for (const [i, records] of blocks.entries()) table.apply(i + 1, records)
  return table
}

describe('providers', () => {
  const { providerDelay: delay, providerBlocks: blocks } = params
  it('count for a time after a while (attack 10)', () => {
    expect([delay, blocks]).toEqual([6, 52_560])
    const { providers } = tableOf([], said(params, 2, providerReveal(params, 1)))
    const heights = [2, 1 + delay, 2 + delay, 1 + blocks, 2 + blocks]
    expect(heights.map((height) => providers.counts(a, height))).toEqual([false, false, true, true, false])
    expect(providers.counts(b, 2 + delay)).toBe(false)
  })

  it('still count after a withdrawal, and go on by a renewal', () => {
    const table = tableOf(said(params, 1, providerReveal(params, 1)), said(params, 2, withdrawalReveal(2)))
    const peer = bytesToHex(peers[0]!.key)
    expect(table.providers.counts(a, 1 + delay)).toBe(true)
    expect(table.providers.list()).toEqual([{ author: a, peer: null, seq: 2, from: 1 + delay, until: 1 + blocks }])
    table.undo()
    expect(table.providers.list()).toMatchObject([{ peer, seq: 1 }])
    table.apply(50_000, said(params, 50_000, providerReveal(params, 9)))
    expect(table.providers.counts(a, 1 + blocks)).toBe(true)
    expect(table.providers.counts(a, 50_000 + blocks)).toBe(false)
  })

  it('have the peer of their latest record by seq', () => {
    const records = [
      providerReveal(params, 5, peers[1]!),
      providerReveal(params, 4, peers[0]!),
      providerReveal(params, 5),
    ]
    const { providers } = tableOf(...records.map((reveal, i) => said(params, i + 1, reveal)))
    expect(providers.list()).toMatchObject([{ peer: bytesToHex(peers[1]!.key), seq: 5, from: 3 + delay }])
  })

  it('count by their latest registration by seq of those that count', () => {
    const [one, two] = peers.map(({ key }) => bytesToHex(key))
    const { providers } = tableOf(
      said(params, 1, providerReveal(params, 2, peers[0]!)),
      said(params, 2, providerReveal(params, 4, peers[1]!), providerReveal(params, 4, peers[0]!)),
      said(params, 3, providerReveal(params, 3, peers[0]!)),
      said(params, 4, withdrawalReveal(5)),
    )
    const at = (height: number) => providers.registrationAt(a, height)
    expect(at(delay)).toBeNull()
    expect(at(1 + delay)).toEqual({ height: 1, seq: 2, peer: one })
    expect(at(2 + delay)).toEqual({ height: 2, seq: 4, peer: two })
    expect(at(4 + delay)).toEqual({ height: 2, seq: 4, peer: two })
    expect(at(2 + blocks)).toEqual({ height: 3, seq: 3, peer: one })
    expect(at(3 + blocks)).toBeNull()
  })
})

describe('names', () => {
  const [one, two] = [blobOf(1n).id, blobOf(2n).id] as const
  const id = (bytes: Uint8Array) => bytesToHex(bytes)

  it('mean what the record with the greatest seq says', () => {
    const table = tableOf(said(params, 1, nameReveal('site', one, 3)))
    const outcomes = table.apply(2, said(params, 2, nameReveal('site', two, 2), nameReveal('site', two, 3)))
    expect(outcomes).toEqual(['seq-not-higher', 'seq-not-higher'])
    expect(table.names.resolve(a, 'site', 2)).toMatchObject({ id: id(one), seq: 3, height: 1, until: 4321 })
    table.apply(3, said(params, 3, nameReveal('site', two, 4)))
    expect(table.names.resolve(a, 'site', 3)).toMatchObject({ id: id(two), seq: 4 })
    table.undo()
    expect(table.names.resolve(a, 'site', 3)).toMatchObject({ id: id(one), seq: 3 })
  })

  it('are of their author’s space', () => {
    const { names } = tableOf(said(params, 1, nameReveal('site', one, 1), nameReveal('site', two, 9, bob)))
    expect(names.resolve(a, 'site', 1)?.id).toBe(id(one))
    expect(names.resolve(b, 'site', 1)?.id).toBe(id(two))
    expect(names.resolve(a, 'other', 1)).toBeNull()
    expect(names.list(1)).toHaveLength(2)
    expect(names.list(1, b)).toMatchObject([{ author: b, name: 'site' }])
  })

  it('hold 4,320 blocks, and are renewed and taken back', () => {
    const { names } = tableOf(said(params, 1, nameReveal('site', one, 1)))
    expect([4320, 4321].map((height) => names.resolve(a, 'site', height)?.id)).toEqual([id(one), undefined])
    names.apply(4000, said(params, 4000, nameReveal('site', one, 2)) as never)
    expect(names.resolve(a, 'site', 8319)?.id).toBe(id(one))
    names.apply(4001, said(params, 4001, nameReveal('site', null, 3)) as never)
    expect(names.resolve(a, 'site', 4001)).toBeNull()
    expect(names.list(4001)).toEqual([])
  })

  it('that ran out do not fall back to an older record', () => {
    const { names } = tableOf(said(params, 1, nameReveal('site', one, 9)), said(params, 2, nameReveal('site', two, 8)))
    expect(names.resolve(a, 'site', 4321)).toBeNull()
  })
})
