import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Block, regtest, type Transaction, transactionId } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openJsonStore } from '../../src/lib/io/index.ts'
import { IndexService } from '../../src/settlement/io/index.ts'
import { type StorageParams, storageParams } from '../../storage/index.ts'
import { TableService } from '../../storage/io/index.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { decoded, syntheticBlock } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'
import { alice, blobOf, blobReveal, burns, nameReveal, paramsOf } from './record-scene.ts'

const author = bytesToHex(alice.publicKey)
const id = (root: bigint) => bytesToHex(blobOf(root).id)

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'wsc-table-'))
})
afterEach(() => rm(state, { recursive: true, force: true }))

/** A chain in memory, told block by block. */
class Chain {
  readonly blocks: Block[] = []
  readonly #known = new Map<string, Block>()
  readonly #events: BlockEvent[] = []
  readonly fetched: string[] = []
  #told = Promise.withResolvers<void>()

  add(...transactions: Transaction[]): void {
    const last = this.blocks.at(-1)
    const block = syntheticBlock(
      transactions.map(({ bytes }) => bytes),
      last === undefined ? {} : { prevHash: last.hash },
    )
    this.blocks.push(block)
    this.#known.set(shown(block.hash), block)
    this.#say('connected', block, this.blocks.length - 1)
  }

  drop(count: number): void {
    for (let i = 0; i < count; i++) {
      const block = this.blocks.pop() as Block
      this.#say('disconnected', block, this.blocks.length)
    }
  }

  tip(): void {
    this.#say('tip', this.blocks.at(-1) as Block, this.blocks.length - 1)
  }

  #say(type: string, { hash, header }: Block, height: number): void {
    this.#events.push({ type, height, hash, header } as never)
    this.#told.resolve()
    this.#told = Promise.withResolvers()
  }

  /** From the block that the subscriber has on. */
  get feed() {
    const events = this.#events
    const told = () => this.#told.promise
    return {
      async *subscribe({ signal, from }: { signal: AbortSignal; from?: unknown }) {
        const abort = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        abort.catch(() => undefined)
        for (let at = from === undefined ? 0 : events.length; ; at++) {
          while (at >= events.length) await Promise.race([told(), abort])
          yield events[at] as BlockEvent
        }
      },
    }
  }

  readonly client = {
    call: async ({ params, schema }: { params: readonly string[]; schema: { parse(value: unknown): unknown } }) => {
      const block = this.#known.get(params[0] as string) as Block
      this.fetched.push(params[0] as string)
      return schema.parse(Buffer.from((block.transactions[0] as Transaction).bytes.buffer).toString('hex'))
    },
  }
}

const shown = (hash: Uint8Array) => Buffer.from(hash).reverse().toString('hex')

/** Both services over a chain; waits until the table is in step with what was told. */
async function running(chain: Chain, params: StorageParams = paramsOf(), waitsForRoom = false) {
  const client = chain.client as never
  const inscriptions = new IndexService({
    client,
    params: regtest,
    state: join(state, 'settled'),
    feed: chain.feed as never,
    waitsForRoom,
  })
  const table = new TableService({ inscriptions, client, params, kernel, state, waitsForRoom })
  await inscriptions.start()
  await table.start()
  return {
    inscriptions,
    table,
    /** Tells the tip, and waits for the table to have it. */
    async tip() {
      const wanted = shown((chain.blocks.at(-1) as Block).hash)
      const there = new Promise<void>((resolve) => {
        const off = table.events.on('tip', ({ hash }) => {
          if (shown(hash) !== wanted) return
          off()
          resolve()
        })
      })
      chain.tip()
      await Promise.race([there, table.ended()])
    },
    async stop() {
      await table.stop()
      await inscriptions.stop()
    },
  }
}

const ids = ({ table }: TableService) => table.blobs.entries.map((entry) => entry.id)

describe('the table beside a node', () => {
  it('tells of a record in the chain by which rule it does not count', async () => {
    const chain = new Chain()
    const unpaid = blobReveal(blobOf(2n), burns(9n))
    const paid = blobReveal(blobOf(1n), burns(10n))
    chain.add(paid, unpaid)
    const one = await running(chain, paramsOf([{ from: 0, satoshis: 10n }]))
    const inscription = ({ bytes }: Transaction) => `${shown(transactionId(decoded(bytes)))}i0`
    await one.tip()
    expect(await one.table.whyNot(inscription(unpaid))).toMatchObject({ reject: 'unpaid' })
    expect(await one.table.whyNot(inscription(paid))).toBeNull()
    expect(await one.table.whyNot(`${'ab'.repeat(32)}i0`)).toBeNull()
    await one.stop()
  })

  it('follows its chain through a reorg, and goes on where it was left', async () => {
    const chain = new Chain()
    chain.add()
    chain.add(blobReveal(blobOf(1n)), nameReveal('site', blobOf(1n).id, 1))
    chain.add(blobReveal(blobOf(2n)))
    const one = await running(chain)
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
    const again = await running(chain)
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
    const chain = new Chain()
    chain.add()
    chain.add(blobReveal(blobOf(1n)), blobReveal(blobOf(2n), burns(7n)))
    const free = await running(chain)
    await free.tip()
    expect(ids(free.table)).toEqual([id(1n), id(2n)])
    await free.stop()
    const priced = await running(chain, storageParams(regtest, { price: [{ from: 0, satoshis: 7n }] }))
    await priced.tip()
    expect(ids(priced.table)).toEqual([id(2n)])
    await priced.stop()
  })

  it('refuses a folder of other partitions, and says which they are', async () => {
    const chain = new Chain()
    chain.add()
    const small = storageParams(regtest, { partitionBits: 6 })
    const one = await running(chain, small)
    await one.tip()
    await one.stop()
    const client = chain.client as never
    const inscriptions = new IndexService({ client, params: regtest, state: join(state, 'other') })
    const usual = new TableService({ inscriptions, client, params: paramsOf(), kernel, state })
    await expect(usual.start()).rejects.toMatchObject({
      code: 'E_PARTITION_BITS',
      cure: { act: 'same-partition-bits', subject: '6' },
    })
    await (await running(chain, small)).stop()
  })

  it('tells what to do where what was saved is damaged', async () => {
    const chain = new Chain()
    chain.add(blobReveal(blobOf(1n)))
    const one = await running(chain)
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
    const chain = new Chain()
    chain.add()
    const one = await running(chain)
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
    const chain = new Chain()
    chain.add(blobReveal(blobOf(1n)))
    const one = await running(chain, paramsOf(), true)
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
