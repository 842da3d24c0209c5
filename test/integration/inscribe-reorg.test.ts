import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeEnvelope, fromDisplay, regtest, sameHash } from '../../src/bitcoin/index.ts'
import { recordContent } from '../../src/settlement/index.ts'
import { InscriptionIndex, openStore, type ScanEvent, walletCoins } from '../../src/settlement/io/index.ts'
import { buildChild } from '../../src/settlement/io/inscriber/child.ts'
import { leafScript } from '../../src/settlement/io/inscriber/transactions.ts'
import { codeOf, InscriberPlace, makePlan, textEnvelope } from '../support/inscriber-place.ts'
import { scanOf } from '../support/scan-of.ts'

let place: InscriberPlace
beforeAll(async () => {
  place = await InscriberPlace.make(10)
})
afterAll(() => place.remove())

function recordEnvelope(seq: number): Uint8Array {
  const body = new TextEncoder().encode(`record ${seq}`)
  const type = 'text/plain'
  const fields = {
    v: 1 as const,
    kind: 'result',
    program: new Uint8Array(32),
    height: 1,
    output: new Uint8Array(0),
    seq,
  }
  const content = { contentType: new TextEncoder().encode(type), body }
  const record = place.wallet.signRecord({ ...fields, blockHash: fromDisplay('ab'.repeat(32)) }, content)
  return encodeEnvelope(recordContent(record, type, body))
}

async function resume() {
  const views = []
  for await (const view of place.inscriber().resume()) views.push(view)
  return views
}

test('reorgs of 1 to 10 blocks while inscribing and scanning: the index equals a fresh one', async () => {
  const store = await openStore(join(place.dir, 'followed'))
  const index = await InscriptionIndex.open(store, regtest)
  const events = scanOf(place.node.client, index)
  const types: ScanEvent['type'][] = []
  const catchUp = async () => {
    const tip = await place.node.client.getBestBlock()
    while (index.tip === null || !sameHash(index.tip.hash, tip.hash)) {
      const next = await events.next()
      if (next.done) throw new Error('the scan ended')
      types.push(next.value.type)
    }
  }
  const ids: string[] = []
  for (let depth = 1; depth <= 10; depth++) {
    for (let i = 0; i < 3; i++) {
      const job = await place.inscriber().inscribe([recordEnvelope(3 * depth + i), textEnvelope(`${depth}.${i}`)])
      ids.push(...job.inscriptions.map(({ id }) => id))
    }
    await place.node.mine(depth % 4)
    await catchUp()
    await place.node.reorg(depth, depth + 1)
    // Seen both ways: the index follows between losing the inscriptions and their being sent again, or only after.
    if (depth % 2 === 0) await catchUp()
    for (const view of await resume()) for (const one of view.inscriptions) expect(one.confirmations).toBeGreaterThan(0)
    await catchUp()
    expect(await index.dump()).toEqual(await place.freshIndex(`fresh-${depth}`))
  }
  const entries = await Array.fromAsync(index.query())
  expect(entries.map(({ id }) => id).sort()).toEqual([...ids].sort())
  expect(types.filter((type) => type === 'disconnected').length).toBe(55)
  await events.return()
  await store.close()
})

test('a commit that lost its block is replaced by one that pays more; old reveals never come back', async () => {
  const before = await place.worth()
  const envelope = textEnvelope('replaced')
  const job = await place.inscriber().inscribe([envelope], 2)
  const [block] = [(await place.node.client.getBestBlock()).hash]
  await place.node.invalidateBlock(block!)
  expect(await codeOf(place.inscriber().bump(job.id, 2))).toBe('E_JOB')
  expect(await codeOf(place.inscriber().bump(job.id, 300))).toBe('E_FEE_CAP')
  const costs: bigint[] = []
  const bumped = await place.inscriber({ onCost: ({ fees }) => costs.push(fees) }).bump(job.id, 5)
  expect(bumped).toMatchObject({ id: job.id, feeRate: 5, fees: costs[0], inscriptions: [{ confirmations: 1 }] })
  expect(bumped.commitTxid).not.toBe(job.commitTxid)
  expect(bumped.inscriptions[0]!.id).not.toBe(job.inscriptions[0]!.id)
  expect((await place.inscriber().inscribe([envelope])).inscriptions[0]!.id).toBe(bumped.inscriptions[0]!.id)
  expect((await place.worth()) + bumped.fees).toBe(before)
  expect(await codeOf(place.inscriber().bump(job.id, 9))).toBe('E_JOB')
})

test('a node that drops the commit gets it again', async () => {
  const job = await place.inscriber().inscribe([textEnvelope('dropped')])
  await place.node.invalidateBlock((await place.node.client.getBestBlock()).hash)
  await place.node.generateBlock([])
  // Its mempool does not survive: the commit is nowhere now.
  await place.node.restart(['-persistmempool=0'])
  const again = (await resume()).find(({ id }) => id === job.id)
  expect(again).toMatchObject({ commitTxid: job.commitTxid, inscriptions: [{ confirmations: 1 }] })
})

test('coins spent by something else are told, and the job can be forgotten then only', async () => {
  const envelope = textEnvelope('double spend')
  const job = await place.inscriber().inscribe([envelope])
  expect(await codeOf(place.inscriber().forget(job.id))).toBe('E_JOB')
  const { rival, hash } = await place.rivalOf(job.id)
  await place.node.invalidateBlock(hash)
  await place.node.generateBlock([rival])
  expect(await codeOf(resume())).toBe('E_CONFLICT')
  expect(await codeOf(place.inscriber().inscribe([envelope]))).toBe('E_CONFLICT')
  await place.inscriber().forget(job.id)
  const again = await place.inscriber().inscribe([envelope])
  expect(again).toMatchObject({ id: job.id, inscriptions: [{ confirmations: 1 }] })
  expect(again.commitTxid).not.toBe(job.commitTxid)
})

test('a child pays for reveal and commit, by consensus too, and keeps the inscription with the wallet', async () => {
  const { client } = place.node
  const before = await place.worth()
  const { spendable } = await walletCoins(client, place.wallet)
  const leaves = [leafScript(place.wallet, textEnvelope('slow'))]
  const available = spendable.toSorted((a, b) => Number(b.value - a.value))
  const { coins, commit, reveals } = makePlan({
    wallet: place.wallet,
    leaves,
    available: available.slice(0, 1),
    feeRate: 1,
  })
  const commitFee = coins[0]!.value - commit.outs.reduce((sum, { value }) => sum + value, 0n)
  const vsizes = [commit, ...reveals].map((tx) => tx.virtualSize())
  const { tx: child } = buildChild({
    wallet: place.wallet,
    reveals,
    parents: { vsize: vsizes[0]! + vsizes[1]!, fees: commitFee + BigInt(vsizes[1]!) },
    available: available.slice(1, 2),
    feeRate: 25,
  })
  const [reveal] = reveals
  await place.node.generateBlock([commit, reveal!, child].map((tx) => tx.toHex()))
  const fees = before - (await place.worth())
  const vsize = [commit, reveal!, child].reduce((sum, tx) => sum + tx.virtualSize(), 0)
  expect(Number(fees)).toBe(25 * vsize)
  expect(child.ins[0]!.hash).toEqual(reveal!.getHash())
})
