import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { knowsOption } from '../../bitcoin-regtest/index.ts'
import { regtest } from '../../src/bitcoin/index.ts'
import {
  type Cost,
  createTicket,
  Inscriber,
  type InscriberNote,
  type JobView,
  openStore,
  TicketFollower,
  Wallet,
  walletCoins,
} from '../../src/settlement/io/index.ts'
import { JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { codeOf, InscriberPlace } from '../support/inscriber-place.ts'

/**
 * Replacements and children as a real mempool judges them. The node at hand may refuse to relay envelopes; it relays
 * scripts that push as much and drop it, which are as long.
 */
let place: InscriberPlace
beforeAll(async () => {
  place = await InscriberPlace.make(12)
  const { path } = place.node.bitcoind
  const knots = ['-rejectparasites=0', '-rejecttokens=0', '-acceptnonstddatacarrier=1', '-datacarrierfullcount=0']
  const known = (await knowsOption(path, '-rejectparasites'))
    ? [...knots, '-datacarriercost=0.25', '-blockmaxsize=4000000']
    : []
  await place.node.restart(['-acceptnonstdtxn=1', '-datacarriersize=4000000', '-blockmaxweight=4000000', ...known])
})
afterAll(() => place.remove())

const places = ({ inscriptions }: JobView) => inscriptions.map(({ confirmations }) => confirmations)

/** So many bytes, a multiple of 100: pushes below 76 bytes would take another opcode. */
function dropped(length: number, byte: number): Uint8Array {
  const parts: number[] = []
  for (let left = length; left > 0; left -= 200) {
    const n = Math.min(left, 200)
    parts.push(0x4c, n, ...new Array<number>(n).fill(byte), 0x75)
  }
  return Uint8Array.from(parts)
}

const entrySchema = z.object({
  vsize: z.int(),
  ancestorcount: z.int(),
  ancestorsize: z.int(),
  fees: z.object({ base: z.number(), ancestor: z.number() }),
})
const entryOf = (txid: string) =>
  place.node.client.call({ method: 'getmempoolentry', params: [txid], schema: entrySchema })
const pool = () => place.node.client.call({ method: 'getrawmempool', schema: z.array(z.string()) })
const childOf = async (id: string) => {
  const { children, attempts } = (await new JobStore(place.store, regtest).get(id))!
  return children[attempts.at(-1)!.reveals[0]!.txid]!
}

test('a commit is replaced again and again, and pays for what goes with it', async () => {
  let jobs = 0
  for (const [length, rates] of [
    [300, [2.5, 3, 6]],
    [5000, [4, 6, 10, 20]],
  ] as const) {
    const job = await place.inscriber().inscribe([dropped(length, 1), dropped(length, 2)], 2)
    expect(places(job)).toEqual([0, 0])
    for (const rate of rates) expect(places(await place.inscriber().bump(job.id, rate))).toEqual([0, 0])
    expect(await pool()).toHaveLength(3 * ++jobs)
  }
  await place.node.mine(1)
  expect((await Array.fromAsync(place.inscriber().resume())).map(places)).toEqual([
    [1, 1],
    [1, 1],
  ])
})

test('one child pays for a batch; it is told before, counted, replaced by a dearer one, and by a bump', async () => {
  const before = await place.worth()
  const costs: Cost[] = []
  const notes: InscriberNote[] = []
  const inscriber = place.inscriber({ onCost: (cost) => costs.push(cost), onNote: (note) => notes.push(note) })
  const job = await inscriber.inscribe([dropped(300, 3), dropped(400, 4), dropped(500, 5)], 1)
  expect(await codeOf(place.inscriber({ maxFeeRate: 19 }).accelerate(job.id, 20))).toBe('E_FEE_CAP')
  expect(await pool()).toHaveLength(4)

  const rateOf = async () => {
    const { ancestorcount, ancestorsize, fees } = await entryOf((await childOf(job.id)).txid)
    expect(ancestorcount).toBe(5)
    return Math.round(fees.ancestor * 1e8) / ancestorsize
  }
  for (const rate of [20, 20.5, 40]) {
    const view = await inscriber.accelerate(job.id, rate)
    expect(await rateOf()).toBeGreaterThanOrEqual(rate)
    expect(await rateOf()).toBeLessThan(rate + 1)
    expect(costs.at(-1)).toMatchObject({ fees: view.fees, child: { fee: view.fees - job.fees } })
    expect(places(view)).toEqual([0, 0, 0])
  }
  const first = (await childOf(job.id)).txid
  const counted = costs.length
  await inscriber.accelerate(job.id, 40)
  expect([(await childOf(job.id)).txid, costs.length]).toEqual([first, counted])
  expect(notes.at(-1)).toEqual({ kind: 'paid-already', feeRate: expect.any(Number) })

  // What the child paid goes with the commit, and is outbid.
  const bumped = await inscriber.bump(job.id, 45)
  expect(places(bumped)).toEqual([0, 0, 0])
  expect(await pool()).toHaveLength(4)
  await place.node.mine(1)
  expect((await place.worth()) + bumped.fees).toBe(before)
})

test('after a child has paid, no inscription is on a coin that pays for the next', async () => {
  const onInscriptions = async () =>
    (await walletCoins(place.node.client, place.wallet)).spendable.filter(({ value }) => value <= 330n).length
  const before = await onInscriptions()
  const job = await place.inscriber().inscribe([dropped(100, 6), dropped(100, 7)], 1)
  const { fees } = await place.inscriber().accelerate(job.id, 20)
  expect(fees).toBeGreaterThan(job.fees)
  const { txid } = await childOf(job.id)
  await place.node.mine(1)
  expect(await onInscriptions()).toBe(before + 2)
  const ids: string[] = []
  for (let n = 0; n < 3; n++) {
    const next = await place.inscriber().inscribe([dropped(100, 8 + n)], 1)
    const { attempts } = (await new JobStore(place.store, regtest).get(next.id))!
    ids.push(...attempts[0]!.coins.map((coin) => `${coin.txid}:${coin.vout}`))
    await place.node.mine(1)
  }
  for (const vout of [0, 1]) expect(ids).not.toContain(`${txid}:${vout}`)
})

test('a small child pays for a large reveal, though its own rate is beyond what nodes take by default', async () => {
  const job = await place.inscriber().inscribe([dropped(380_000, 11)], 1)
  expect(places(await place.inscriber().accelerate(job.id, 25))).toEqual([0])
  const { vsize, fees } = await entryOf((await childOf(job.id)).txid)
  expect((fees.base * 1e8) / vsize).toBeGreaterThan(10_000)
  await place.node.mine(1)
})

test('a batch that nodes would relay in part is refused whole, and its coins are free', async () => {
  const large = [12, 13, 14].map((byte) => dropped(190_000, byte))
  await expect(place.inscriber().inscribe(large, 1)).rejects.toMatchObject({
    code: 'E_TOO_LARGE',
    message: expect.stringContaining('several batches'),
  })
  expect(await pool()).toEqual([])
  expect((await new JobStore(place.store, regtest).list()).some(({ status }) => status === 'prepared')).toBe(false)
  expect(places(await place.inscriber().inscribe(large.slice(1), 1))).toEqual([0, 0])
  await place.node.mine(1)
})

test('of two of a group the mempool takes the commit of one, whatever the other pays, and a bump spends the same ticket', async () => {
  const { client } = place.node
  const wallet = new Wallet(regtest, new Uint8Array(32).fill(7))
  await place.node.mine(2, wallet.address)
  await place.node.mine(100)
  const store = await openStore(join(place.dir, 'other'))
  const other = new Inscriber({ wallet, client, store })
  const about = { params: regtest, program: 'ab'.repeat(32), since: await client.getBlockCount() }
  const ticket = await createTicket(join(place.dir, 'group.ticket'), about, (output) =>
    place.inscriber().pay([output], 2),
  )
  const follower = new TicketFollower(ticket, client)
  expect(await follower.standing()).toMatchObject({ state: 'unconfirmed' })
  await client.call({ method: 'sendrawtransaction', params: [ticket.transaction], schema: z.string() })
  expect(await follower.standing()).toMatchObject({ state: 'unconfirmed' })
  await place.node.mine(1)
  const held = async () => ({ wallet: ticket.wallet, coin: (await follower.coin()).coin })
  const same = await held()
  const job = await place.inscriber().inscribe([dropped(300, 20)], 2, [], same)
  expect(await follower.standing()).toMatchObject({ state: 'in-use' })
  for (const rate of [2, 10]) {
    expect(await codeOf(other.inscribe([dropped(300, 20)], rate, [], same))).toBe('E_TICKET')
  }
  expect(await new JobStore(store, regtest).list()).toEqual([])
  expect(places(await place.inscriber().bump(job.id, 6, ticket.wallet))).toEqual([0])
  expect(await pool()).toHaveLength(2)
  await place.node.mine(1)
  expect(await follower.standing()).toMatchObject({ state: 'free', spent: 1 })
  expect(places(await other.inscribe([dropped(300, 21)], 2, [], await held()))).toEqual([0])
  await place.node.mine(1)
  expect(await follower.standing()).toMatchObject({ state: 'free', spent: 2 })
  await store.close()
})
