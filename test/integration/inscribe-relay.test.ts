import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobView } from '../../src/settlement/index.ts'
import { InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'
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
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: { readonly code?: string }) => error.code,
  )
const inscriber = () => place.inscriber({ client })

test('commit, then reveals, wait in the mempool; what it loses is sent again; nothing is mined directly', async () => {
  const before = await place.worth()
  const notes: string[] = []
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
