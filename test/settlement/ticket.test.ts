import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transaction } from 'bitcoinjs-lib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { regtest, signet } from '../../src/bitcoin/index.ts'
import {
  createTicket,
  Inscriber,
  openStore,
  openTicket,
  type Store,
  sendTicket,
  type Ticket,
  TicketFollower,
  Wallet,
} from '../../src/settlement/io/index.ts'
import { JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

const program = 'ab'.repeat(32)

let dir: string
let file: string
let scene: InscriberScene
/** Another operator of the group, with a wallet and jobs of its own. */
let other: Inscriber
let otherStore: Store
let ticket: Ticket
let superseded: number

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-ticket-'))
  file = join(dir, 'my.ticket')
  superseded = 0
  scene = await InscriberScene.make(4)
  const wallet = new Wallet(regtest, new Uint8Array(32).fill(7))
  for (let i = 0; i < 3; i++) scene.node.mine(wallet.script)
  for (let i = 0; i < 100; i++) scene.node.mine()
  otherStore = await openStore(join(dir, 'other'))
  other = new Inscriber({ wallet, client: scene.node, store: otherStore })
  const since = await scene.node.getBlockCount()
  ticket = await createTicket(file, { params: regtest, program, since }, (output) => own().pay([output], 2))
  scene.node.mine(undefined, [Transaction.fromHex(ticket.transaction)])
})
afterEach(async () => {
  await otherStore.close()
  await scene.remove()
  await rm(dir, { recursive: true, force: true })
})

const own = () => scene.inscriber({ onSuperseded: () => void superseded++ })
const follower = () => new TicketFollower(ticket, scene.node)
const held = async (of = follower()) => ({ wallet: ticket.wallet, coin: (await of.coin()).coin })
const text = (name: string) => [textEnvelope(name)]

test('a ticket is a private file, never written over, and none of another network or form', async () => {
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await openTicket(file, regtest)).toMatchObject({ program, genesis: { vout: 0, value: 330n } })
  const again = createTicket(file, { params: regtest, program, since: 1 }, (output) => own().pay([output], 2))
  await expect(again).rejects.toMatchObject({ code: 'E_TICKET' })
  await expect(openTicket(file, signet)).rejects.toMatchObject({ code: 'E_TICKET' })
  const good = JSON.parse(await readFile(file, 'utf8'))
  for (const bad of [
    '',
    '{}',
    { ...good, format: 2 },
    { ...good, key: '00'.repeat(32) },
    { ...good, transaction: '00' },
    { ...good, key: '11'.repeat(32) },
  ]) {
    await writeFile(file, typeof bad === 'string' ? bad : JSON.stringify(bad))
    await expect(openTicket(file, regtest)).rejects.toMatchObject({ code: 'E_TICKET' })
  }
  await chmod(file, 0o644)
  await expect(openTicket(file, regtest)).rejects.toMatchObject({ code: 'E_WALLET_MODE' })
})

test('of two who spend a ticket at once one is taken, and the other sends nothing and keeps nothing', async () => {
  const same = await held()
  await own().inscribe(text('a'), 2, [], same)
  expect(await follower().standing()).toMatchObject({ state: 'in-use', spent: 0 })
  await expect(follower().coin()).rejects.toMatchObject({ code: 'E_TICKET' })
  // It had looked before the first was sent.
  await expect(other.inscribe(text('a'), 2, [], same)).rejects.toMatchObject({ code: 'E_TICKET' })
  expect(await new JobStore(otherStore, regtest).list()).toEqual([])
  expect(scene.node.pool.size).toBe(2)
  scene.node.mine()
  await expect(other.inscribe(text('a'), 2, [], same)).rejects.toMatchObject({ code: 'E_TICKET' })
  const renewed = await held()
  expect(await follower().standing()).toMatchObject({ state: 'free', spent: 1 })
  await other.inscribe(text('b'), 2, [], renewed)
  scene.node.mine()
  expect(await follower().standing()).toMatchObject({ state: 'free', spent: 2, coin: { value: 330n } })
})

test('without a ticket both inscribe', async () => {
  await own().inscribe(text('a'), 2)
  await other.inscribe(text('a'), 2)
  expect(scene.node.pool.size).toBe(4)
})

test('a commit that pays more spends the same ticket', async () => {
  const job = await own().inscribe(text('a'), 2, [], await held())
  await expect(own().bump(job.id, 5)).rejects.toMatchObject({ code: 'E_TICKET', cure: { act: 'give-ticket' } })
  await own().bump(job.id, 5, ticket.wallet)
  expect(scene.node.pool.size).toBe(2)
  scene.node.mine()
  expect(await follower().standing()).toMatchObject({ state: 'free', spent: 1 })
})

test('a commit that is confirmed without its reveal keeps the ticket until that is', async () => {
  await own().inscribe(text('a'), 2, [], await held())
  const [commit, reveal] = [...scene.node.pool.values()]
  scene.node.mine(undefined, [commit!])
  expect(await follower().standing()).toMatchObject({ state: 'unrevealed', spent: 1 })
  scene.node.mine(undefined, [reveal!])
  expect(await follower().standing()).toMatchObject({ state: 'free', spent: 1 })
})

test('what a reorg replaced by another of the group ends when that is final, and its coins are free', async () => {
  const seen = follower()
  const same = await held(seen)
  await own().inscribe(text('a'), 2, [], same)
  scene.node.mine()
  expect(await seen.standing()).toMatchObject({ state: 'free', spent: 1 })
  // In the other branch the other was first.
  scene.node.undo(1)
  await other.inscribe(text('a'), 2, [], same)
  expect((await Array.fromAsync(own().resume())).map(({ status }) => status)).toEqual(['sent'])
  scene.node.mine()
  expect(await seen.standing()).toMatchObject({ state: 'free', spent: 1 })
  for (let depth = 1; depth < 6; depth++) {
    expect((await Array.fromAsync(own().resume())).map(({ status }) => status)).toEqual(['sent'])
    expect(superseded).toBe(0)
    scene.node.mine()
  }
  expect((await Array.fromAsync(own().resume())).map(({ status }) => status)).toEqual(['superseded'])
  expect(superseded).toBe(1)
  expect(await Array.fromAsync(own().resume())).toEqual([])
  expect((await own().inscribe(text('c'), 2, [], await held())).status).toBe('sent')
})

test('a ticket that was spent and not made anew is lost, and one that was never sent is not there', async () => {
  const coin = ticket.genesis
  const script = scene.wallet.script
  const spent = spendCoins(scene.wallet, [coin], [{ script, value: 100n }], { wallet: ticket.wallet, coin })
  scene.node.mine(undefined, [spent])
  expect(await follower().standing()).toMatchObject({ state: 'lost' })
  await expect(follower().coin()).rejects.toMatchObject({ cure: { act: 'ticket-anew' } })
  scene.node.undo(2)
  expect(await follower().standing()).toMatchObject({ state: 'unconfirmed' })
})

test('what makes a ticket is sent again until it is confirmed, unless its coins have gone elsewhere', async () => {
  const again = join(dir, 'again.ticket')
  const made = await createTicket(again, { params: regtest, program, since: 1 }, (output) => own().pay([output], 2))
  scene.node.refuse = () => 'mempool full'
  await expect(sendTicket(made, scene.node)).rejects.toMatchObject({ code: 'E_TICKET', cure: { act: 'send-ticket' } })
  expect(scene.node.pool.size).toBe(0)
  scene.node.refuse = undefined
  // Nothing has spent its coins so far: another payment takes them.
  const rival = await own().pay([{ script: scene.wallet.script, value: 1_000n }], 3)
  const opened = await openTicket(again, regtest)
  for (let i = 0; i < 2; i++) await sendTicket(opened, scene.node)
  expect(scene.node.pool.size).toBe(1)
  scene.node.mine(undefined, [rival])
  await expect(sendTicket(opened, scene.node)).rejects.toMatchObject({ cure: { act: 'ticket-anew' } })
})

test('a wallet of the node pays for no ticket', async () => {
  const paid = scene.inscriber({ fundFrom: 'savings' }).pay([{ script: scene.wallet.script, value: 330n }], 2)
  await expect(paid).rejects.toMatchObject({ code: 'E_USAGE' })
})
