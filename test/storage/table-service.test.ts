import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regtest, type Transaction, transactionId } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openJsonStore } from '../../src/lib/io/index.ts'
import { IndexService } from '../../src/settlement/io/index.ts'
import { storageParams } from '../../storage/index.ts'
import { TableService } from '../../storage/io/index.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { decoded } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'
import { alice, blobOf, blobReveal, burns, nameReveal, paramsOf } from './record-scene.ts'
import { shown, TestChain, tableOver } from './table-scene.ts'

const author = bytesToHex(alice.publicKey)
const id = (root: bigint) => bytesToHex(blobOf(root).id)

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'wsc-table-'))
})
afterEach(() => rm(state, { recursive: true, force: true }))

const ids = ({ table }: TableService) => table.blobs.entries.map((entry) => entry.id)

describe('the table beside a node', () => {
  it('tells of a record in the chain by which rule it does not count', async () => {
    const chain = new TestChain()
    const unpaid = blobReveal(blobOf(2n), burns(9n))
    const paid = blobReveal(blobOf(1n), burns(10n))
    chain.add(paid, unpaid)
    const one = await tableOver(state, chain, paramsOf([{ from: 0, satoshis: 10n }]))
    const inscription = ({ bytes }: Transaction) => `${shown(transactionId(decoded(bytes)))}i0`
    await one.tip()
    expect(await one.table.whyNot(inscription(unpaid))).toMatchObject({ reject: 'unpaid' })
    expect(await one.table.whyNot(inscription(paid))).toBeNull()
    expect(await one.table.whyNot(`${'ab'.repeat(32)}i0`)).toBeNull()
    await one.stop()
  })

  it('follows its chain through a reorg, and goes on where it was left', async () => {
    const chain = new TestChain()
    chain.add()
    chain.add(blobReveal(blobOf(1n)), nameReveal('site', blobOf(1n).id, 1))
    chain.add(blobReveal(blobOf(2n)))
    const one = await tableOver(state, chain)
    await one.tip()
    expect(ids(one.table)).toEqual([id(1n), id(2n)])
    expect(one.table.table.names.resolve(author, 'site', 2)?.id).toBe(id(1n))
    const before = bytesToHex(one.table.table.blobs.rootAt(1))
    chain.drop(1)
    chain.add()
    chain.add(blobReveal(blobOf(3n)), blobReveal(blobOf(1n)))
    await one.tip()
    expect(ids(one.table)).toEqual([id(1n), id(3n)])
    expect(bytesToHex(one.table.table.blobs.rootAt(2))).toBe(before)
    expect(one.table.tip?.height).toBe(3)
    await one.stop()

    const fetched = chain.fetched.length
    const again = await tableOver(state, chain)
    await again.tip()
    expect(ids(again.table)).toEqual([id(1n), id(3n)])
    // What was judged before is not fetched again.
    expect(chain.fetched.length).toBe(fetched)
    chain.drop(2)
    chain.add()
    await again.tip()
    expect(ids(again.table)).toEqual([id(1n)])
    await again.stop()
  })

  it('counts what is paid for, and judges anew under other rules', async () => {
    const chain = new TestChain()
    chain.add()
    chain.add(blobReveal(blobOf(1n)), blobReveal(blobOf(2n), burns(7n)))
    const free = await tableOver(state, chain)
    await free.tip()
    expect(ids(free.table)).toEqual([id(1n), id(2n)])
    await free.stop()
    const priced = await tableOver(state, chain, storageParams(regtest, { price: [{ from: 0, satoshis: 7n }] }))
    await priced.tip()
    expect(ids(priced.table)).toEqual([id(2n)])
    await priced.stop()
  })

  it('refuses a folder of other partitions, and says which they are', async () => {
    const chain = new TestChain()
    chain.add()
    const small = storageParams(regtest, { partitionBits: 6 })
    const one = await tableOver(state, chain, small)
    await one.tip()
    await one.stop()
    const client = chain.client as never
    const inscriptions = new IndexService({ client, params: regtest, state: join(state, 'other') })
    const usual = new TableService({ inscriptions, client, params: paramsOf(), kernel, state })
    await expect(usual.start()).rejects.toMatchObject({
      code: 'E_PARTITION_BITS',
      cure: { act: 'same-partition-bits', subject: '6' },
    })
    await (await tableOver(state, chain, small)).stop()
  })

  it('tells what to do where what was saved is damaged', async () => {
    const chain = new TestChain()
    chain.add(blobReveal(blobOf(1n)))
    const one = await tableOver(state, chain)
    await one.tip()
    await one.stop()
    const codes = { locked: 'L', full: 'F', damaged: 'D', failed: 'X' }
    const store = await openJsonStore({ path: join(state, 'table'), name: 'it', codes })
    await store.put('block:00000000', { height: 0, hash: 'x', records: [] }, { sync: true })
    await store.close()
    const inscriptions = new IndexService({ client: chain.client as never, params: regtest, state: join(state, 'o') })
    const again = new TableService({ inscriptions, client: chain.client as never, params: paramsOf(), kernel, state })
    await again.start()
    await expect(again.caughtUp()).rejects.toMatchObject({ code: 'E_STORE', cure: { act: 'remove-table' } })
    await expect(again.ended()).rejects.toMatchObject({ code: 'E_STORE' })
  })

  it('is locked while it runs', async () => {
    const chain = new TestChain()
    chain.add()
    const one = await tableOver(state, chain)
    const inscriptions = new IndexService({
      client: chain.client as never,
      params: regtest,
      state: join(state, 'other'),
    })
    const other = new TableService({ inscriptions, client: chain.client as never, params: paramsOf(), kernel, state })
    await expect(other.start()).rejects.toMatchObject({ code: 'E_LOCKED' })
    await one.stop()
    await expect(one.table.ended()).resolves.toBeUndefined()
  })
})

const disk = await SmallDisk.mount(40)

describe.skipIf(!disk.isThere)('the table on a full disk', () => {
  afterAll(() => disk.unmount())

  it('waits with its index for room, says so, and goes on', async () => {
    state = await mkdtemp(join(disk.dir, 'state-'))
    const chain = new TestChain()
    chain.add(blobReveal(blobOf(1n)))
    const one = await tableOver(state, chain, paramsOf(), true)
    await one.tip()
    await disk.fill()
    const told = Promise.withResolvers<unknown>()
    one.inscriptions.events.on('full', ({ error }) => told.resolve(error))
    // More than the page has room for that was written to last.
    for (let i = 2n; i < 12n; i++) chain.add(blobReveal(blobOf(i)))
    expect(await told.promise).toMatchObject({ message: expect.stringContaining('no space left') })
    expect(ids(one.table)).toEqual([id(1n)])
    await disk.free()
    await one.tip()
    const there = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n].map(id)
    expect(ids(one.table)).toEqual(there)

    await disk.fill()
    const ended = expect(one.table.ended()).resolves.toBeUndefined()
    const again = Promise.withResolvers<unknown>()
    one.inscriptions.events.on('full', ({ error }) => again.resolve(error))
    chain.drop(10)
    await again.promise
    // It waits, and is stopped all the same.
    await one.stop()
    await ended
  })
})
