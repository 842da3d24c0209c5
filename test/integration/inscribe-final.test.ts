import { afterAll, beforeAll, expect, test } from 'vitest'
import { BitcoindClient, type RpcCall, type RpcOptions } from '../../src/bitcoin/io/index.ts'
import { POSTAGE, walletCoins } from '../../src/settlement/io/index.ts'
import { spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { codeOf, InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'
import { RelayingClient } from '../support/relaying-client.ts'

let place: InscriberPlace
beforeAll(async () => {
  place = await InscriberPlace.make(4)
})
afterAll(() => place.remove())

const kept = async () => await Array.fromAsync(place.store.entries())

test('a final job is let go but for what it inscribed: repeated, it is told without a look at blocks or outputs', async () => {
  const envelopes = [textEnvelope('final'), textEnvelope('too')]
  const job = await place.inscriber().inscribe(envelopes)
  await place.node.mine(5)
  const [final] = await Array.fromAsync(place.inscriber().resume())
  expect(final).toEqual({
    ...job,
    status: 'final',
    inscriptions: job.inscriptions.map((one) => ({ ...one, confirmations: 6 })),
  })
  expect((await kept()).map(([key]) => key.split(':')[0])).toEqual(['done', 'owner'])
  expect(JSON.stringify(await kept()).length).toBeLessThan(1_000)
  // The inscriptions go elsewhere.
  const { spendable } = await walletCoins(place.node.client, place.wallet)
  const coins = spendable.toSorted((one, other) => Number(one.value - other.value))
  const value = coins.reduce((sum, coin) => sum + coin.value, 0n) - 1_000n
  const outputs = [
    { script: Uint8Array.of(0x51), value: 2n * POSTAGE },
    { script: place.wallet.script, value: value - 2n * POSTAGE },
  ]
  await place.node.generateBlock([spendCoins(place.wallet, coins, outputs).toHex()])
  const client = new RememberingClient(place)
  const again = await place.inscriber({ client }).inscribe(envelopes)
  expect(again.inscriptions.map(({ confirmations }) => confirmations)).toEqual([7, 7])
  expect(client.methods).toEqual(['getblockcount'])
  client.close()
  expect(await codeOf(place.inscriber().bump(job.id, 9))).toBe('E_JOB')
  expect(await Array.fromAsync(place.inscriber().resume())).toEqual([])
})

test('two calls at once take turns: each has its coins', async () => {
  const relaying = new RelayingClient(place.node)
  await place.node.mine(2, place.wallet.address)
  await place.node.mine(100)
  const inscriber = place.inscriber({ client: relaying })
  const jobs = await Promise.all(['a', 'b', 'c'].map((text) => inscriber.inscribe([textEnvelope(text)], 2)))
  expect(relaying.pool.size).toBe(6)
  for (const { commitTxid } of jobs) expect(relaying.pool.has(commitTxid)).toBe(true)
  await relaying.confirm()
  relaying.close()
  // One that fails holds up nobody.
  const both = [codeOf(inscriber.bump('ab'.repeat(32), 9)), codeOf(inscriber.quote([textEnvelope('d')], 1))]
  expect(await Promise.all(both)).toEqual(['E_JOB', null])
})

class RememberingClient extends BitcoindClient {
  readonly methods: string[] = []

  constructor({ node }: InscriberPlace) {
    super({ url: node.url, auth: node.auth })
  }

  override async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    this.methods.push(call.method)
    return await super.call(call, options)
  }
}
