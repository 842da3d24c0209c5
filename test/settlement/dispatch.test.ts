import type { Transaction } from 'bitcoinjs-lib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { InscriberNote } from '../../src/settlement/io/index.ts'
import { type DispatchContext, dispatch } from '../../src/settlement/io/inscriber/dispatch.ts'
import { type Job, JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { locate } from '../../src/settlement/io/inscriber/locate.ts'
import { codeOf, textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

let scene: InscriberScene
let jobs: JobStore
let job: Job
let dropped: number
let notes: InscriberNote[]
beforeEach(async () => {
  scene = await InscriberScene.make(1)
  jobs = new JobStore(scene.store, scene.wallet.params)
  const { id } = await scene.inscriber().inscribe([textEnvelope('one'), textEnvelope('two')])
  job = (await jobs.get(id))!
  dropped = 0
  notes = []
})
afterEach(() => scene.remove())

const commit = () => job.attempts[0]!.commit.txid
const reveals = () => job.attempts[0]!.reveals.map(({ txid }) => txid)
const again = async (status: Job['status'], context: Partial<DispatchContext> = {}) => {
  const drop = async () => {
    dropped++
  }
  const onNote = (note: InscriberNote) => notes.push(note)
  const base = { client: scene.node, jobs, drop, directly: false, onNote }
  return await dispatch(
    { ...base, ...context },
    { ...job, status },
    await locate({ client: scene.node, jobs: new JobStore(scene.store, scene.wallet.params) }, job, {}),
  )
}

it('sends the commit first, then its reveals; and only what the node does not have', async () => {
  const all = [commit(), ...reveals()]
  scene.node.pool.clear()
  expect((await again('prepared')).status).toBe('sent')
  expect([...scene.node.pool.keys()]).toEqual(all)
  scene.node.pool.delete(reveals()[1]!)
  const before = scene.node.asked.length
  await again('sent')
  expect([...scene.node.pool.keys()]).toEqual(all)
  expect(scene.node.asked.slice(before).filter((method) => method === 'sendrawtransaction')).toHaveLength(1)
})

it('keeps on disk that it was sent before the first byte goes out', async () => {
  scene.node.pool.clear()
  const refuse = async (call: { readonly method: string }) => {
    if (call.method === 'sendrawtransaction') throw new Error('gone')
    return await scene.node.call(call as never)
  }
  const client = {
    ...scene.node,
    call: refuse,
    batch: scene.node.batch,
    getBlockCount: () => scene.node.getBlockCount(),
  }
  await jobs.put({ ...job, status: 'prepared' })
  await expect(again('prepared', { client: client as never })).rejects.toThrow('gone')
  expect((await jobs.get(job.id))?.status).toBe('sent')
})

it('drops what is refused before anything went out, and nothing later', async () => {
  scene.node.pool.clear()
  scene.node.refuse = (tx) => (reveals().includes(tx.getId()) ? 'bad-policy' : undefined)
  expect([await codeOf(again('prepared')), dropped]).toEqual(['E_POLICY', 1])
  expect([await codeOf(again('sent')), dropped]).toEqual(['E_POLICY', 1])
  expect(scene.node.pool.size).toBe(0)
})

it('calls it a conflict where the coins of the commit are gone', async () => {
  scene.node.pool.clear()
  scene.node.refuse = (tx) => (tx.getId() === commit() ? 'bad-txns-inputs-missingorspent' : undefined)
  await expect(again('sent')).rejects.toMatchObject({ code: 'E_CONFLICT', cure: { subject: job.id } })
})

it('mines directly what is refused for what it holds, where it may, and nothing that is refused otherwise', async () => {
  scene.node.pool.clear()
  const holds = 'mempool-script-verify-flag-failed (Taproot)'
  scene.node.refuse = (tx) => (reveals().includes(tx.getId()) ? holds : undefined)
  expect(await codeOf(again('sent'))).toBe('E_POLICY')
  await again('sent', { directly: true })
  expect(notes).toEqual([{ kind: 'mined-directly', reason: holds }])
  expect(
    scene.node.blocks
      .at(-1)!
      .txs.slice(1)
      .map((tx: Transaction) => tx.getId()),
  ).toEqual([commit(), ...reveals()])

  scene.node.undo(1)
  scene.node.refuse = (tx) => (reveals().includes(tx.getId()) ? 'min relay fee not met' : undefined)
  expect(await codeOf(again('sent', { directly: true }))).toBe('E_POLICY')
})
