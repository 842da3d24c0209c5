import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openNativeStorage } from '../../src/proving/io/index.ts'
import { composeInscription, type Draft } from '../../src/settlement/index.ts'
import { IndexService } from '../../src/settlement/io/index.ts'
import type { EncodedBlob } from '../../storage/blob/encode.ts'
import { encodeBlob, MemoryStore, storageParams } from '../../storage/index.ts'
import { TableService } from '../../storage/io/index.ts'
import { BURN_SCRIPT, burnFor } from '../../storage/records/burn.ts'
import { blobDraft, nameDraft } from '../../storage/records/drafts.ts'
import { pieces, someBytes } from '../storage/bytes.ts'
import { runInProcess } from '../support/in-process.ts'
import { InscriberPlace } from '../support/inscriber-place.ts'

/** Blobs published on a real node's chain, paid for by burning, in a table that follows it. */
const kernel = openNativeStorage()
const params = storageParams(regtest, { price: [{ from: 0, satoshis: 1_000n }] })

let place: InscriberPlace
let inscriptions: IndexService
let table: TableService
let blobs: readonly EncodedBlob[]
beforeAll(async () => {
  place = await InscriberPlace.make(4)
  const { client } = place.node
  inscriptions = new IndexService({ client, params: regtest, state: join(place.dir, 'settlement') })
  table = new TableService({ inscriptions, client, params, kernel, state: join(place.dir, 'storage') })
  await inscriptions.start()
  await table.start()
  blobs = await Promise.all(
    [1, 2, 3].map(async (seed) => {
      const made = await encodeBlob(kernel, pieces(someBytes(100_000 * seed, seed)), new MemoryStore())
      if (!made.ok) throw new Error(made.detail)
      return made.blob
    }),
  )
})
afterAll(async () => {
  await table?.stop()
  await inscriptions?.stop()
  await place?.remove()
})

const context = async (seq: number) => {
  const { height, hash } = await place.node.client.getBestBlock()
  return { height, blockHash: hash, seq }
}

function envelope(draft: Draft): Uint8Array {
  const made = composeInscription(draft, place.wallet)
  if (!made.ok) throw new Error(made.detail)
  return made.envelope
}

/** Once the table has the node's tip. */
async function caughtUp(): Promise<void> {
  const { hash } = await place.node.client.getBestBlock()
  const there = () => table.tip !== null && toDisplay(table.tip.hash) === toDisplay(hash)
  await new Promise<void>((resolve) => {
    const off = table.events.on('tip', () => {
      if (!there()) return
      off()
      resolve()
    })
    if (there()) {
      off()
      resolve()
    }
  })
}

const burn = (blob: EncodedBlob, less = 0n) => [
  { script: BURN_SCRIPT, value: burnFor(params, blob.shape.chunks, 0) - less },
]
const ids = () => table.table.blobs.entries.map(({ id }) => id)
const idOf = (blob: EncodedBlob) => bytesToHex(blob.id)

test('what is paid for counts, and what lacks a satoshi does not', async () => {
  const [first, second, third] = blobs as [EncodedBlob, EncodedBlob, EncodedBlob]
  const at = await context(1)
  const drafts = [blobDraft(first, at), blobDraft(second, at), nameDraft('site', first.id, at)]
  const inscriber = place.inscriber()
  const cost = await inscriber.quote(drafts.map(envelope), 1, [burn(first), burn(second, 1n)])
  expect(cost.paid).toBe(burnFor(params, first.shape.chunks + second.shape.chunks, 0) - 1n)
  const before = await place.worth()
  const job = await inscriber.inscribe(drafts.map(envelope), 1, [burn(first), burn(second, 1n)])
  await place.node.mine(1)
  await caughtUp()
  expect(before - (await place.worth())).toBe(job.fees + cost.paid)
  expect(ids()).toEqual([idOf(first)])
  const author = bytesToHex(place.wallet.publicKey)
  expect(table.table.names.resolve(author, 'site', table.tip!.height)?.id).toBe(idOf(first))

  await place.inscriber().inscribe([envelope(blobDraft(third, await context(1)))], 1, [burn(third)])
  await place.node.mine(1)
  await caughtUp()
  expect(ids()).toEqual([idOf(first), idOf(third)])
  expect(table.table.blobs.partitionsAt(table.tip!.height)).toEqual([
    { number: 0, first: 0, fill: first.shape.chunks + third.shape.chunks, closed: false },
  ])
})

test('a reorg takes it out, and another table made anew is the same', async () => {
  const { client } = place.node
  const [first] = blobs as [EncodedBlob]
  const { height } = table.table.blobs.entry(idOf(blobs[2]!))!
  const hash = await client.getBlockHash(height)
  await place.node.invalidateBlock(hash!)
  await place.node.mine(3)
  await caughtUp()
  const again = ids()
  expect(again[0]).toBe(idOf(first))
  const fresh = new TableService({
    inscriptions,
    client,
    params,
    kernel,
    state: join(place.dir, 'fresh'),
  })
  await fresh.start()
  await fresh.caughtUp()
  expect(fresh.table.blobs.entries).toEqual(table.table.blobs.entries)
  const { height: tip } = table.tip!
  expect(fresh.table.blobs.rootAt(tip)).toEqual(table.table.blobs.rootAt(tip))
  await fresh.stop()
})

test('`wsc storage` tells it', async () => {
  const ask = async (...argv: string[]) => {
    const folder = (name: string) => join(place.dir, 'command', name)
    const node = ['--network', 'regtest', '--rpc', place.node.url, '--rpc-cookie', place.node.auth.file]
    const folders = ['--settlement-dir', folder('settlement'), '--storage-dir', folder('storage')]
    const { exit, stdout } = await runInProcess(['storage', ...argv, ...node, ...folders, '--json'])
    expect(exit).toBe(0)
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }
  // Free on regtest by default: what is a satoshi short for this test counts there.
  const listed = await ask('ls')
  expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(ids()))
  expect(listed.every((entry) => entry.chunks >= 1 && entry.author === bytesToHex(place.wallet.publicKey))).toBe(true)
  const [status] = await ask('status')
  expect(status).toMatchObject({ height: table.tip!.height, blobs: listed.length, providers: [] })
  expect(status.partitions).toMatchObject([{ number: 0, closed: false }])
})
