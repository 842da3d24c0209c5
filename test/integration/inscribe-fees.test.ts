import { afterAll, beforeAll, expect, test } from 'vitest'
import { mainnet } from '../../src/bitcoin/index.ts'
import { openStore, Wallet } from '../../src/settlement/io/index.ts'
import { AlteringClient, codeOf, InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'

/** Fees as the node estimates them. */
let place: InscriberPlace
let feerate: number | undefined
let client: AlteringClient
beforeAll(async () => {
  place = await InscriberPlace.make(2)
  client = new AlteringClient(place.node, ({ method }) =>
    method === 'estimatesmartfee' ? (feerate === undefined ? { errors: ['no data'] } : { feerate }) : undefined,
  )
})
afterAll(async () => {
  client.close()
  await place.remove()
})

test('a fee spike: above the cap nothing is kept or sent; the same command after it goes through', async () => {
  const envelope = [textEnvelope('dear')]
  const height = await place.node.client.getBlockCount()
  // Bitcoins a kilobyte: 200.1 sat/vB, and 10,000.
  for (feerate of [0.002001, 0.1]) {
    expect(await codeOf(place.inscriber({ client }).inscribe(envelope))).toBe('E_FEE_CAP')
    expect(await codeOf(place.inscriber({ client }).quote(envelope))).toBe('E_FEE_CAP')
  }
  expect(await Array.fromAsync(place.inscriber({ client }).resume())).toEqual([])
  expect(await place.node.client.getBlockCount()).toBe(height)
  feerate = 0.00012
  expect(await place.inscriber({ client }).inscribe(envelope)).toMatchObject({ feeRate: 12, status: 'sent' })
})

test('a node without an estimate: E_FEE_ESTIMATE, but on a private chain', async () => {
  feerate = undefined
  const wallet = new Wallet(mainnet, new Uint8Array(32).fill(9))
  const store = await openStore(`${place.dir}/mainnet`)
  expect(await codeOf(place.inscriber({ client, wallet, store }).inscribe([textEnvelope('x')]))).toBe('E_FEE_ESTIMATE')
  await store.close()
  expect(await place.inscriber({ client }).quote([textEnvelope('x')])).toMatchObject({ feeRate: 1 })
})
