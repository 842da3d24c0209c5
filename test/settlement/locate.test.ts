import { Transaction } from 'bitcoinjs-lib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { coinsOf, type Job, JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { locate } from '../../src/settlement/io/inscriber/locate.ts'
import { spendCoins } from '../../src/settlement/io/inscriber/transactions.ts'
import { lineOf } from '../bitcoin-io/fake-bitcoind.ts'
import { codeOf, textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

let scene: InscriberScene
let job: Job
beforeEach(async () => {
  scene = await InscriberScene.make(2)
  const { id } = await scene.inscriber().inscribe([textEnvelope('one'), textEnvelope('two')], 2)
  job = (await new JobStore(scene.store, scene.wallet.params).get(id))!
})
afterEach(() => scene.remove())

const where = (of: Job = job) =>
  locate({ client: scene.node, jobs: new JobStore(scene.store, scene.wallet.params) }, of, {})
const txs = ({ commit, reveals } = job.attempts[0]!) => [commit, ...reveals].map(({ hex }) => Transaction.fromHex(hex))

it('what waits, what is confirmed, and what is nowhere', async () => {
  expect(await where()).toMatchObject({ commit: 0, reveals: [0, 0], children: [null, null], conflict: false })
  const [commit, first] = txs()
  scene.node.mine(undefined, [commit!, first!])
  expect(await where()).toMatchObject({ commit: 1, reveals: [1, 0], conflict: false })
  scene.node.pool.clear()
  scene.node.mine()
  expect(await where()).toMatchObject({ commit: 2, reveals: [2, null], conflict: false })
  scene.node.undo(2)
  expect(await where()).toMatchObject({ commit: null, reveals: [null, null], conflict: false })
})

it('reveals whose outputs are spent again are found in the blocks', async () => {
  scene.node.mine()
  const coins = txs()
    .slice(1)
    .map((tx) => ({ txid: tx.getHash(), vout: 0, value: tx.outs[0]!.value }))
  // The change too: no output of the job is left.
  const commit = txs()[0]!
  const change = { txid: commit.getHash(), vout: 2, value: commit.outs[2]!.value }
  const on = spendCoins(scene.wallet, [...coins, change], [{ script: Uint8Array.of(0x51), value: change.value }])
  scene.node.mine(undefined, [on])
  expect(await where()).toMatchObject({ commit: 2, reveals: [2, 2], conflict: false })
})

it('the attempt that was confirmed, be it not the newest', async () => {
  const old = txs()
  await scene.inscriber().bump(job.id, 9)
  const both = (await new JobStore(scene.store, scene.wallet.params).get(job.id))!
  const newest = both.attempts[1]!
  expect((await where(both)).attempt).toEqual(newest)
  scene.node.mine(undefined, old)
  expect(await where(both)).toMatchObject({ attempt: both.attempts[0], commit: 1, reveals: [1, 1], conflict: false })
})

it('a conflict, once the node shows what spent the coins: in a block, or in the mempool', async () => {
  const rival = scene.spend(coinsOf(job.attempts[0]!))
  scene.node.pool.clear()
  scene.node.pool.set(rival.getId(), rival)
  expect(await where()).toMatchObject({ conflict: false })
  scene.node.mine(undefined, [rival])
  expect(await where()).toMatchObject({ conflict: true })
})

it('nothing, where the node is behind the block where the job began, or knows neither coins nor spender', async () => {
  scene.node.mine(undefined, [scene.spend(coinsOf(job.attempts[0]!))])
  expect(await codeOf(where({ ...job, since: 10_000 }))).toBe('E_NODE_BEHIND')
  expect(await lineOf(where({ ...job, since: 10_000 }))).toMatch(/begun at 10000\. Wait until it has caught up\.$/)
  const unknown = {
    ...job.attempts[0]!,
    coins: job.attempts[0]!.coins.map((coin) => ({ ...coin, txid: 'ab'.repeat(32) })),
  }
  expect(await codeOf(where({ ...job, attempts: [unknown] }))).toBe('E_NODE_BEHIND')
  expect(await lineOf(where({ ...job, attempts: [unknown] }))).toMatch(/Wait until it has caught up, or name another/)
})

it('a child stands for the reveals it spends', async () => {
  await scene.inscriber().accelerate(job.id, 20)
  const paid = (await new JobStore(scene.store, scene.wallet.params).get(job.id))!
  expect(await where(paid)).toMatchObject({ reveals: [0, 0], children: [0, 0] })
  scene.node.mine()
  expect(await where(paid)).toMatchObject({ commit: 1, reveals: [1, 1], children: [1, 1], conflict: false })
})
