import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { type InscriberNote, type JobView, openStore, Wallet, walletCoins } from '../../src/settlement/io/index.ts'
import { spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { codeOf, InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'
import { RelayingClient } from '../support/relaying-client.ts'

let place: InscriberPlace
let client: RelayingClient
beforeAll(async () => {
  place = await InscriberPlace.make(6)
  client = new RelayingClient(place.node)
})
afterAll(async () => {
  client.close()
  await place.remove()
})

const places = ({ inscriptions }: JobView) => inscriptions.map(({ confirmations }) => confirmations)
const inscriber = () => place.inscriber({ client })

test('commit, then reveals, wait in the mempool; what it loses is sent again; nothing is mined directly', async () => {
  const before = await place.worth()
  const notes: InscriberNote[] = []
  const envelopes = [textEnvelope('one'), textEnvelope('two')]
  const job = await place.inscriber({ client, onNote: (note) => notes.push(note) }).inscribe(envelopes, 3)
  expect([job.status, places(job), notes]).toEqual(['sent', [0, 0], []])
  expect([...client.pool.keys()]).toEqual([job.commitTxid, ...job.inscriptions.map(({ id }) => id.slice(0, 64))])

  // The last reveal goes, then all of it.
  client.pool.delete([...client.pool.keys()].at(-1)!)
  expect(places(await inscriber().inscribe(envelopes))).toEqual([0, 0])
  client.pool.clear()
  expect(places(await inscriber().inscribe(envelopes))).toEqual([0, 0])
  expect(client.pool.size).toBe(3)
  await client.confirm()
  expect(places(await inscriber().inscribe(envelopes))).toEqual([1, 1])
  expect((await place.worth()) + job.fees).toBe(before)
})

test('a replaced commit takes its reveals along and pays for them, and the new ones are sent', async () => {
  const envelope = textEnvelope('replaced'.repeat(1_000))
  const job = await inscriber().inscribe([envelope], 2)
  const old = [...client.pool.keys()]
  expect(await codeOf(place.inscriber({ client, maxFeeRate: 4 }).bump(job.id, 3))).toBe('E_FEE_CAP')
  const bumped = await inscriber().bump(job.id, 3)
  expect(places(bumped)).toEqual([0])
  expect(client.pool.size).toBe(2)
  expect(old.some((txid) => client.pool.has(txid))).toBe(false)
  await client.confirm()
  expect(places(await inscriber().inscribe([envelope]))).toEqual([1])
})

test('a child pays for what waits, once; the inscription is followed to its new place', async () => {
  const before = await place.worth()
  const envelope = [textEnvelope('slow')]
  const job = await inscriber().inscribe(envelope, 1)
  expect(places(await inscriber().accelerate(job.id, 30))).toEqual([0])
  expect(client.pool.size).toBe(3)
  const vsize = [...client.pool.values()].reduce((sum, tx) => sum + tx.virtualSize(), 0)
  await inscriber().accelerate(job.id, 30)
  expect(client.pool.size).toBe(3)
  // A dropped child is sent again too.
  client.pool.delete([...client.pool.keys()].at(-1)!)
  await inscriber().inscribe(envelope)
  expect(client.pool.size).toBe(3)
  await client.confirm()
  expect(Number(before - (await place.worth()))).toBe(30 * vsize)
  expect(places(await inscriber().inscribe(envelope))).toEqual([1])
})

test('a commit without change, mined alone while its reveals wait, is confirmed; so is one that was to be replaced', async () => {
  const { client: real } = place.node
  const poor = new Wallet(regtest, new Uint8Array(32).fill(21))
  const own = () => place.inscriber({ client, wallet: poor })
  const pay = async (value: bigint) => {
    const [coin] = (await walletCoins(real, place.wallet)).spendable.filter((one) => one.value > 1_000_000n)
    const change = { script: place.wallet.script, value: coin!.value - value - 1_000n }
    await place.node.generateBlock([
      spendCoins(place.wallet, [coin!], [{ script: poor.script, value }, change]).toHex(),
    ])
  }
  const envelope = [textEnvelope('exact')]
  await pay(100_000n)
  const { fees, postage, commitVsize } = await own().quote(envelope, 2)
  // An output of change is 43 vB of the commit.
  const exact = fees - BigInt(43 * 2) + postage + 50n
  expect(commitVsize).toBe(154)
  const { spendable } = await walletCoins(real, poor)
  await place.node.generateBlock([spendCoins(poor, spendable, [{ script: poor.script, value: exact }]).toHex()])
  const job = await own().inscribe(envelope, 2)
  const commit = client.pool.get(job.commitTxid)!
  expect(commit.outs).toHaveLength(1)
  await pay(60_000n)
  const reveal = [...client.pool.values()].at(-1)!
  const bumped = await own().bump(job.id, 30)
  expect(bumped.commitTxid).not.toBe(job.commitTxid)
  // The first is mined after all, alone; its reveal is heard of again.
  await place.node.generateBlock([commit.toHex()])
  client.pool.clear()
  client.pool.set(reveal.getId(), reveal)
  const [view] = (await Array.fromAsync(own().resume())).filter(({ id }) => id === job.id)
  expect(view).toMatchObject({
    commitTxid: job.commitTxid,
    inscriptions: [{ id: `${reveal.getId()}i0`, confirmations: 0 }],
  })
  expect(await codeOf(own().bump(job.id, 60))).toBe('E_JOB')
  await client.confirm()
})

test('of what the node refuses, only content is mined directly on regtest; other reasons are told', async () => {
  const height = await place.node.client.getBlockCount()
  const job = [textEnvelope('refused')]
  for (const reason of ['min relay fee not met', 'too-long-mempool-chain', 'insufficient fee']) {
    client.refuse = (txs) => (txs.length > 1 ? reason : undefined)
    expect([reason, await codeOf(inscriber().inscribe(job, 1))]).toEqual([reason, 'E_POLICY'])
  }
  // Each with the commit would do; not all together.
  client.refuse = (txs) => (txs.length > 2 ? 'package-mempool-limits' : undefined)
  expect(await codeOf(inscriber().inscribe([...job, textEnvelope('and this')], 1))).toBe('E_POLICY')
  expect([await place.node.client.getBlockCount(), client.pool.size]).toEqual([height, 0])
  client.refuse = (txs) => (txs.length > 1 ? 'txn-datacarrier-nonstandard' : undefined)
  expect(places(await inscriber().inscribe(job, 1))).toEqual([1])
  client.refuse = undefined
})

test('a job whose transaction is refused does not hold up the others', async () => {
  const jobs = [
    await inscriber().inscribe([textEnvelope('up 1')], 1),
    await inscriber().inscribe([textEnvelope('up 2')], 1),
  ]
  client.pool.clear()
  for (const refused of jobs) {
    const tested = new Set<string>()
    // Its mempool filled up between the test and the sending.
    client.refuse = ([tx]) => {
      const id = tx!.getId()
      if (id !== refused.commitTxid || !tested.has(id)) return void tested.add(id)
      return 'mempool full'
    }
    const views: JobView[] = []
    const all = async () => {
      for await (const view of inscriber().resume()) views.push(view)
    }
    expect(await codeOf(all())).toBe('E_POLICY')
    const other = jobs.find(({ id }) => id !== refused.id)!
    expect(views.find(({ id }) => id === other.id)).toMatchObject({ inscriptions: [{ confirmations: 0 }] })
    client.refuse = undefined
    client.pool.clear()
  }
  await Array.fromAsync(inscriber().resume())
  await client.confirm()
})

test('coins that the mempool spends, for a job of another folder, are not chosen again', async () => {
  const store = await openStore(join(place.dir, 'another'))
  const first = await inscriber().inscribe([textEnvelope('here')], 2)
  const second = await place.inscriber({ client, store }).inscribe([textEnvelope('there')], 10)
  expect(client.pool.has(first.commitTxid) && client.pool.has(second.commitTxid)).toBe(true)
  await store.close()
  await client.confirm()
})

test('a reorg unconfirms the reveal alone, the commit below it, or both: what is lost is sent again', async () => {
  const { node } = place
  const envelope = [textEnvelope('in two blocks')]
  const job = await inscriber().inscribe(envelope, 2)
  const [commit, reveal] = [...client.pool.values()]
  const inTwoBlocks = async () => {
    client.pool.clear()
    return [await node.generateBlock([commit!.toHex()]), await node.generateBlock([reveal!.toHex()])] as const
  }
  const resumed = async () => (await Array.fromAsync(inscriber().resume())).find(({ id }) => id === job.id)!
  const [, top] = await inTwoBlocks()
  expect(places(await resumed())).toEqual([1])

  // The reveal alone: the commit stays as it is.
  await node.invalidateBlock(top)
  expect(places(await resumed())).toEqual([0])
  expect([...client.pool.keys()]).toEqual([reveal!.getId()])
  await client.confirm()
  expect(places(await resumed())).toEqual([1])

  // Both, and the node keeps the commit in its mempool: the reveal is sent.
  const below = (await node.client.getBlockHash((await node.client.getBlockCount()) - 1))!
  await node.invalidateBlock(below)
  expect(places(await resumed())).toEqual([0])
  expect([...client.pool.keys()]).toEqual([reveal!.getId()])
  const [again] = await inTwoBlocks()

  // Both, and the node forgets them; another block takes the commit's place.
  await node.invalidateBlock(again)
  await node.generateBlock([])
  await node.restart(['-persistmempool=0'])
  const view = await resumed()
  expect(view).toMatchObject({ commitTxid: job.commitTxid, inscriptions: [{ id: job.inscriptions[0]!.id }] })
  expect([...client.pool.keys()]).toEqual([commit!.getId(), reveal!.getId()])

  // The commit is mined alone, and loses its block while the reveal waits.
  client.pool.delete(commit!.getId())
  const alone = await node.generateBlock([commit!.toHex()])
  expect(places(await resumed())).toEqual([0])
  await node.invalidateBlock(alone)
  await node.restart(['-persistmempool=0'])
  client.pool.clear()
  expect(places(await resumed())).toEqual([0])
  expect([...client.pool.keys()]).toEqual([commit!.getId(), reveal!.getId()])
  await client.confirm()
  expect(places(await resumed())).toEqual([1])
})
