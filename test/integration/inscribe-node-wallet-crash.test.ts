import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient, type RpcCall, type RpcOptions } from '../../src/bitcoin/io/index.ts'
import { coinsOf, JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { CoreWallet } from '../support/core-wallet.ts'
import { crashEverywhere } from '../support/crash-everywhere.ts'
import { AlteringClient, Crash, codeOf, InscriberPlace, textEnvelope } from '../support/inscriber-place.ts'
import { RelayingClient } from '../support/relaying-client.ts'

/** Crashes, replacements and conflicts of commits that a wallet of the node pays for. */
let place: InscriberPlace
let payer: CoreWallet
const fundFrom = 'payer'
beforeAll(async () => {
  place = await InscriberPlace.make(0, { wallet: true })
  payer = await CoreWallet.create(place.node, fundFrom, { coins: 3, addresses: 'bech32' })
})
afterAll(() => place.remove())

const worth = async () => (await place.worth()) + (await payer.worth())

async function resume() {
  const views = []
  for await (const view of place.inscriber().resume()) views.push(view)
  return views
}

test('a crash before or after any call to the node: inscribed once, nothing lost, no coin left locked', async () => {
  const before = await worth()
  const { fees } = await crashEverywhere(place, {
    inscriber: { fundFrom },
    // A job that was kept goes on by itself, whoever would pay for a new one.
    after: async () => void (await resume()),
    done: async () => expect(await payer.locked()).toEqual([]),
  })
  expect((await worth()) + fees).toBe(before)
})

test('what is kept and not sent has its coins reserved, also after the node forgot it', async () => {
  const interrupted = async (text: string) => {
    const client = new StoppingClient(place, 'testmempoolaccept')
    await expect(place.inscriber({ client, fundFrom }).inscribe([textEnvelope(text)])).rejects.toThrow(Crash)
    client.close()
    return (await new JobStore(place.store, regtest).list()).filter(({ status }) => status === 'prepared')
  }
  expect(await interrupted('first')).toHaveLength(1)
  expect(await payer.locked()).toHaveLength(1)
  await place.node.restart()
  await place.node.client.call({ method: 'loadwallet', params: [fundFrom], schema: z.unknown() })
  expect(await payer.locked()).toEqual([])
  const jobs = await interrupted('second')
  expect(await payer.locked()).toHaveLength(2)
  const coins = jobs.flatMap(({ attempts }) => attempts[0]!.coins.map(({ txid, vout }) => `${txid}:${vout}`))
  expect(new Set(coins).size).toBe(2)
  const resumed = (await resume()).filter(({ id }) => jobs.some((job) => job.id === id))
  const depths = resumed.flatMap(({ inscriptions }) => inscriptions.map(({ confirmations }) => confirmations))
  expect(depths).toEqual([1, 1])
  expect(await payer.locked()).toEqual([])
})

test('a commit that lost its block is replaced by one of the same coins that pays more', async () => {
  const before = await worth()
  const envelope = textEnvelope('replaced')
  const job = await place.inscriber({ fundFrom }).inscribe([envelope], 2)
  await place.node.invalidateBlock((await place.node.client.getBestBlock()).hash)
  expect(await codeOf(place.inscriber().bump(job.id, 300))).toBe('E_FEE_CAP')
  // 0.001 sat/vB more is not enough for nodes: the commit pays what they ask.
  const bumped = await place.inscriber().bump(job.id, 2.001)
  expect(bumped).toMatchObject({ id: job.id, inscriptions: [{ confirmations: 1 }] })
  expect(bumped.commitTxid).not.toBe(job.commitTxid)
  expect(bumped.fees - job.fees).toBeGreaterThan(100n)
  const [first, second] = (await new JobStore(place.store, regtest).get(job.id))!.attempts
  expect(coinsOf(second!)).toEqual(coinsOf(first!))
  expect((await worth()) + bumped.fees).toBe(before)
  expect(await payer.locked()).toEqual([])
})

test('where reveals wait, the replacement pays for them too', async () => {
  const before = await worth()
  const relaying = new RelayingClient(place.node)
  const inscriber = place.inscriber({ client: relaying, fundFrom })
  const envelope = textEnvelope('waits'.repeat(2_000))
  const job = await inscriber.inscribe([envelope, textEnvelope('with it')], 2)
  expect(await payer.locked()).toHaveLength(1)
  const bumped = await inscriber.bump(job.id, 5)
  expect([...relaying.pool.keys()][0]).toBe(bumped.commitTxid)
  expect(relaying.pool.size).toBe(3)
  await relaying.confirm()
  relaying.close()
  const done = await place.inscriber().inscribe([envelope, textEnvelope('with it')])
  expect(done.inscriptions).toMatchObject([{ confirmations: 1 }, { confirmations: 1 }])
  expect((await worth()) + bumped.fees).toBe(before)
  expect(await payer.locked()).toEqual([])
})

test('a replacement takes further coins where those of the first are too few', async () => {
  const small = await CoreWallet.create(place.node, 'small')
  const coin = async () => {
    const to = await small.call('getnewaddress', ['', 'bech32'], z.string())
    await payer.call('send', [[{ [to]: '0.00020000' }], null, 'unset', 2, { change_type: 'bech32' }], z.unknown())
  }
  await coin()
  await place.node.mine(1)
  const relaying = new RelayingClient(place.node)
  const inscriber = place.inscriber({ client: relaying, fundFrom: 'small' })
  const job = await inscriber.inscribe([textEnvelope('small'.repeat(200))], 2)
  for (let i = 0; i < 3; i++) await coin()
  await place.node.mine(1)
  await inscriber.bump(job.id, 80)
  const [first, second] = (await new JobStore(place.store, regtest).get(job.id))!.attempts.map(coinsOf)
  expect(second!.length).toBeGreaterThan(first!.length)
  expect(second).toEqual(expect.arrayContaining(first!))
  expect(await small.locked()).toHaveLength(second!.length)
  expect(await codeOf(inscriber.bump(job.id, 190))).toBe('E_FUNDS')
  await relaying.confirm()
  relaying.close()
  expect(await small.locked()).toEqual([])
})

test('a coin spent by something else is told; the job forgotten, another pays', async () => {
  const client = new StoppingClient(place, 'testmempoolaccept')
  const envelope = textEnvelope('double spend')
  await expect(place.inscriber({ client, fundFrom }).inscribe([envelope])).rejects.toThrow(Crash)
  client.close()
  const job = (await new JobStore(place.store, regtest).list()).find(({ status }) => status === 'prepared')!
  expect(await codeOf(place.inscriber().forget(job.id))).toBe('E_JOB')
  // By hand: the lock is taken off, and everything sent to the wallet itself.
  await payer.call('lockunspent', [true], z.unknown())
  const own = await payer.call('getnewaddress', ['', 'bech32'], z.string())
  await payer.call('sendall', [[own], null, 'unset', 2], z.unknown())
  await place.node.mine(1)
  expect(await codeOf(resume())).toBe('E_CONFLICT')
  await place.inscriber().forget(job.id)
  const again = await place.inscriber({ fundFrom }).inscribe([envelope])
  expect(again).toMatchObject({ id: job.id, inscriptions: [{ confirmations: 1 }] })
})

test('a job that the node refuses before anything was sent frees its coins', async () => {
  const refusing = new AlteringClient(place.node, (call) =>
    call.method === 'testmempoolaccept' ? [{ 'reject-reason': 'dust' }] : undefined,
  )
  const { length } = await new JobStore(place.store, regtest).list()
  expect(await codeOf(place.inscriber({ client: refusing, fundFrom }).inscribe([textEnvelope('no')]))).toBe('E_POLICY')
  refusing.close()
  expect(await new JobStore(place.store, regtest).list()).toHaveLength(length)
  expect(await payer.locked()).toEqual([])
})

test('a wallet that pays more than the cap, or somebody else, is not followed', async () => {
  const greedy = new AlteringClient(place.node, (call) => {
    const options = call.params?.[3] as { fee_rate: number } | undefined
    if (options?.fee_rate !== undefined) options.fee_rate = 250
    return undefined
  })
  expect(await codeOf(place.inscriber({ client: greedy, fundFrom }).inscribe([textEnvelope('dear')], 2))).toBe(
    'E_FEE_CAP',
  )
  greedy.close()
  const other = await payer.call('getnewaddress', ['', 'bech32m'], z.string())
  const thief = new AlteringClient(place.node, (call) => {
    if (call.method === 'walletcreatefundedpsbt') (call.params as unknown[])[1] = [{ [other]: '0.00000500' }]
    return undefined
  })
  expect(await codeOf(place.inscriber({ client: thief, fundFrom }).inscribe([textEnvelope('stolen')]))).toBe(
    'E_NODE_GARBAGE',
  )
  thief.close()
  expect(await payer.locked()).toEqual([])
})

/** The process dies before its first call of this method. */
class StoppingClient extends BitcoindClient {
  readonly #method: string

  constructor({ node }: InscriberPlace, method: string) {
    super({ url: node.url, auth: node.auth })
    this.#method = method
  }

  override async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    if (call.method === this.#method) throw new Crash(call.method)
    return await super.call(call, options)
  }
}
