import { Transaction } from 'bitcoinjs-lib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeEnvelope, parseEnvelopes } from '../../src/bitcoin/index.ts'
import { type InscriberNote, POSTAGE } from '../../src/settlement/io/index.ts'
import { coinsOf, JobStore } from '../../src/settlement/io/inscriber/job.ts'
import { codeOf, textEnvelope } from '../support/inscriber-place.ts'
import { InscriberScene } from './inscriber-scene.ts'

let scene: InscriberScene
beforeEach(async () => {
  scene = await InscriberScene.make(2)
})
afterEach(() => scene.remove())

const job = async (id: string) => (await new JobStore(scene.store, scene.wallet.params).get(id))!
const confirmations = ({ inscriptions }: { inscriptions: readonly { confirmations: number | null }[] }) =>
  inscriptions.map((one) => one.confirmations)

describe('inscribing', () => {
  it('sends commit and reveals, goes on by the same command, and is final after six blocks', async () => {
    const notes: InscriberNote[] = []
    const inscriber = scene.inscriber({ onNote: (note) => notes.push(note) })
    const envelopes = [textEnvelope('one'), textEnvelope('two')]
    const sent = await inscriber.inscribe(envelopes)
    expect([sent.status, confirmations(sent), scene.node.pool.size]).toEqual(['sent', [0, 0], 3])
    expect((await inscriber.inscribe(envelopes)).id).toBe(sent.id)
    expect(scene.node.pool.size).toBe(3)
    scene.node.mine()
    for (let i = 0; i < 5; i++) scene.node.mine()
    expect(await Array.fromAsync(inscriber.resume())).toMatchObject([{ id: sent.id, status: 'final' }])
    expect(await Array.fromAsync(inscriber.resume())).toEqual([])
    expect(confirmations(await inscriber.inscribe(envelopes))).toEqual([6, 6])
    expect(notes).toEqual([])
  })

  it('tells the cost before it sends anything, and pays no more than the cap', async () => {
    const quotes: unknown[] = []
    const inscriber = scene.inscriber({ onCost: (cost) => quotes.push([cost.fees, scene.node.pool.size]) })
    const quote = await inscriber.quote([textEnvelope('x')])
    await inscriber.inscribe([textEnvelope('x')])
    expect(quotes).toEqual([[quote.fees, 0]])
    const capped = scene.inscriber({ maxFeeRate: 5 })
    await expect(capped.quote([textEnvelope('y')], 6)).rejects.toMatchObject({
      code: 'E_FEE_CAP',
      cure: { act: 'raise-fee-cap' },
    })
  })

  it('quotes by a coin that is assumed where there is none, and inscribes nothing by it', async () => {
    const paid = await scene.inscriber().quote([textEnvelope('x')])
    await using bare = await InscriberScene.make(0)
    const notes: InscriberNote[] = []
    const dry = bare.inscriber({ assumeCoin: true, onNote: (note) => notes.push(note) })
    expect(await dry.quote([textEnvelope('x')])).toEqual(paid)
    expect(notes).toMatchObject([{ kind: 'coin-assumed', reason: expect.stringMatching(/^the wallet has 0 satoshis/) }])
    await expect(dry.inscribe([textEnvelope('x')])).rejects.toMatchObject({ code: 'E_FUNDS' })
    await expect(bare.inscriber().quote([textEnvelope('x')])).rejects.toMatchObject({ code: 'E_FUNDS' })
  })

  it('keeps nothing of what the node refuses before a byte of it is out', async () => {
    scene.node.refuse = () => 'bad-policy'
    await expect(scene.inscriber().inscribe([textEnvelope('x')])).rejects.toMatchObject({ code: 'E_POLICY' })
    expect([scene.node.pool.size, await Array.fromAsync(scene.inscriber().resume())]).toEqual([0, []])
  })

  it('mines what a regtest node does not relay for what it holds, and says so', async () => {
    const notes: InscriberNote[] = []
    scene.node.refuse = ({ ins }) =>
      parseEnvelopes({ inputs: ins }).length > 0 ? 'txn-datacarrier-exceeded' : undefined
    const view = await scene.inscriber({ onNote: (note) => notes.push(note) }).inscribe([textEnvelope('x')])
    expect(confirmations(view)).toEqual([1])
    expect(notes).toEqual([{ kind: 'mined-directly', reason: 'txn-datacarrier-exceeded' }])
  })

  it('sends again what a reorg took out, and what the node lost', async () => {
    const { id } = await scene.inscriber().inscribe([textEnvelope('x')])
    scene.node.mine()
    scene.node.undo(1)
    scene.node.mine()
    expect(scene.node.pool.size).toBe(0)
    const [again] = await Array.fromAsync(scene.inscriber().resume())
    expect([again?.id, confirmations(again!)]).toEqual([id, [0]])
    scene.node.pool.clear()
    await Array.fromAsync(scene.inscriber().resume())
    expect(scene.node.pool.size).toBe(2)
  })
})

describe('a job whose coins went elsewhere', () => {
  it('is a conflict, told with its cure, and can be forgotten then and no earlier', async () => {
    const { id } = await scene.inscriber().inscribe([textEnvelope('x')])
    await expect(scene.inscriber().forget(id)).rejects.toMatchObject({ code: 'E_JOB', cure: { act: 'resume' } })
    scene.node.mine(undefined, [scene.spend(coinsOf((await job(id)).attempts[0]!))])
    const error = await Array.fromAsync(scene.inscriber().resume()).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'E_CONFLICT', cure: { act: 'forget-job', subject: id } })
    await scene.inscriber().forget(id)
    expect(await Array.fromAsync(scene.inscriber().resume())).toEqual([])
    await expect(scene.inscriber().forget(id)).rejects.toMatchObject({ code: 'E_JOB', cure: { act: 'list-jobs' } })
  })

  it('does not hold up the others', async () => {
    const first = await scene.inscriber().inscribe([textEnvelope('x')])
    const second = await scene.inscriber().inscribe([textEnvelope('y')])
    const gone = first.id < second.id ? first : second
    const spent = scene.spend(coinsOf((await job(gone.id)).attempts[0]!))
    scene.node.pool.clear()
    scene.node.mine(undefined, [spent])
    const seen: string[] = []
    const resume = async () => {
      for await (const { id } of scene.inscriber().resume()) seen.push(id)
    }
    expect(await codeOf(resume())).toBe('E_CONFLICT')
    expect(seen).toEqual([gone === first ? second.id : first.id])
  })

  it('is one whose coin a reorg unmade after the job that made it was final: it is told, and paid for by other coins', async () => {
    const start = await scene.node.getBlockCount()
    const first = await scene.inscriber().inscribe([textEnvelope('x')])
    for (let i = 0; i < 6; i++) scene.node.mine()
    await Array.fromAsync(scene.inscriber().resume())
    // Of the two coins one is used up, so that change pays for one of these.
    const jobs = [await scene.inscriber().inscribe([textEnvelope('y')])]
    jobs.push(await scene.inscriber().inscribe([textEnvelope('z')]))
    const paid = await Promise.all(jobs.map(async ({ id }) => (await job(id)).attempts[0]!.coins))
    const stuck = jobs[paid.findIndex((coins) => coins.some(({ txid }) => txid === first.commitTxid))]!
    scene.node.undo((await scene.node.getBlockCount()) - start)
    scene.node.pool.clear()
    for (let i = 0; i < 8; i++) scene.node.mine()
    // What was not built on the lost one is sent again all the same.
    const error = await Array.fromAsync(scene.inscriber().resume()).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'E_CONFLICT', cure: { act: 'forget-unmade-job', subject: stuck.id } })
    expect(error.message).toContain(first.commitTxid)
    expect(scene.node.pool.size).toBe(2)
    scene.node.downloading = true
    expect(await codeOf(scene.inscriber().forget(stuck.id))).toBe('E_NODE_BEHIND')
    scene.node.downloading = false
    await scene.inscriber().forget(stuck.id)
    const text = stuck === jobs[0] ? 'y' : 'z'
    const again = await scene.inscriber().inscribe([textEnvelope(text)])
    expect(again).toMatchObject({ id: stuck.id, status: 'sent' })
    expect(again.commitTxid).not.toBe(stuck.commitTxid)
    scene.node.mine()
    for await (const view of scene.inscriber().resume()) expect(confirmations(view)).toEqual([1])
  })

  it('is one whose coin was made by a job that was forgotten', async () => {
    const start = await scene.node.getBlockCount()
    const first = await scene.inscriber().inscribe([textEnvelope('x')])
    scene.node.mine()
    const second = await scene.inscriber().inscribe([textEnvelope('y')])
    const third = await scene.inscriber().inscribe([textEnvelope('z')])
    const paid = await Promise.all([second, third].map(async ({ id }) => (await job(id)).attempts[0]!.coins))
    const built = [second, third][paid.findIndex((coins) => coins.some(({ txid }) => txid === first.commitTxid))]!
    const spent = scene.spend(coinsOf((await job(first.id)).attempts[0]!))
    scene.node.undo((await scene.node.getBlockCount()) - start)
    scene.node.pool.clear()
    scene.node.mine(undefined, [spent])
    expect(await codeOf(scene.inscriber().forget(built.id))).toBe('E_NODE_BEHIND')
    await scene.inscriber().forget(first.id)
    await scene.inscriber().forget(built.id)
    const left = await Array.fromAsync(scene.inscriber().resume())
    expect(left).toHaveLength(1)
  })

  it('is not judged by a node that cannot know', async () => {
    const { id } = await scene.inscriber().inscribe([textEnvelope('x')])
    scene.node.mine(undefined, [scene.spend(coinsOf((await job(id)).attempts[0]!))])
    scene.node.downloading = true
    expect(await codeOf(Array.fromAsync(scene.inscriber().resume()))).toBe('E_NODE_BEHIND')
    scene.node.downloading = false
    scene.node.undo(103)
    expect(await codeOf(Array.fromAsync(scene.inscriber().resume()))).toBe('E_NODE_BEHIND')
  })
})

describe('paying more', () => {
  it('by another commit: it spends the same coins, and takes the place of the first', async () => {
    const first = await scene.inscriber().inscribe([textEnvelope('x')], 2)
    const bumped = await scene.inscriber().bump(first.id, 9)
    expect(bumped).toMatchObject({ id: first.id, feeRate: 9 })
    expect([...scene.node.pool.keys()].sort()).toEqual(
      [bumped.commitTxid, ...bumped.inscriptions.map(({ id }) => id.slice(0, 64))].sort(),
    )
    for (const rate of [9, 3]) expect(await codeOf(scene.inscriber().bump(first.id, rate))).toBe('E_JOB')
    expect(await codeOf(scene.inscriber().bump(first.id, 201))).toBe('E_FEE_CAP')
    scene.node.mine()
    expect(confirmations((await Array.fromAsync(scene.inscriber().resume()))[0]!)).toEqual([1])
    await expect(scene.inscriber().bump(first.id, 20)).rejects.toMatchObject({ code: 'E_JOB' })
  })

  it('by a child: it spends every reveal that waits, and each inscription goes on by itself', async () => {
    const { id, inscriptions } = await scene.inscriber().inscribe([textEnvelope('x'), textEnvelope('y')], 1)
    const paid = await scene.inscriber().accelerate(id, 20)
    const child = [...scene.node.pool.values()].at(-1)!
    expect(child.outs.slice(0, 2).map(({ value }) => value)).toEqual([POSTAGE, POSTAGE])
    expect(child.ins.slice(0, 2).map(({ hash }) => Buffer.from(hash).reverse().toString('hex'))).toEqual(
      inscriptions.map((one) => one.id.slice(0, 64)),
    )
    const all = [...scene.node.pool.values()]
    const vsize = all.reduce((sum, tx) => sum + tx.virtualSize(), 0)
    expect(Number(paid.fees) / vsize).toBeGreaterThanOrEqual(20)
    // With no higher rate nothing is sent; with one, another child takes its place.
    await scene.inscriber().accelerate(id, 20)
    expect([...scene.node.pool.values()].at(-1)!.getId()).toBe(child.getId())
    await scene.inscriber().accelerate(id, 40)
    expect(scene.node.pool.size).toBe(4)
    expect(scene.node.pool.has(child.getId())).toBe(false)
    scene.node.mine()
    expect(await codeOf(scene.inscriber().accelerate(id, 50))).toBe('E_JOB')
    expect(confirmations((await Array.fromAsync(scene.inscriber().resume()))[0]!)).toEqual([1, 1])
  })
})

describe('coins that carry inscriptions', () => {
  /** All the wallet has: a coin with an inscription of ord's postage on it, and the rest of its block's subsidy. */
  async function onlyInscribed(postage: bigint): Promise<Transaction> {
    const all = scene.node.blocks.flatMap(({ txs }) =>
      txs.filter(({ outs }) => outs[0]!.script[0] === 0x51 && outs[0]!.script.length === 34),
    )
    const tx = new Transaction()
    tx.version = 2
    for (const coin of all) tx.addInput(coin.getHash(), 0)
    tx.addOutput(scene.wallet.script, postage)
    const script = encodeEnvelope({ body: Uint8Array.of(1) })
    tx.setWitness(0, [new Uint8Array(64), script, new Uint8Array(33).fill(0xc0)])
    scene.node.mine(undefined, [tx])
    return tx
  }

  it('never pay, whatever they are worth, and are named where nothing else is left', async () => {
    await onlyInscribed(10_000n)
    const error = await scene
      .inscriber()
      .inscribe([textEnvelope('x')])
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'E_FUNDS', cure: { act: 'coins-or-allow' } })
    expect(error.message).toMatch(/has 0 satoshis.*; 10000 satoshis are on coins that carry inscriptions\.$/)
    expect(scene.node.pool.size).toBe(0)
    const allowed = await scene.inscriber({ allowInscribed: true }).inscribe([textEnvelope('x')])
    expect(allowed.status).toBe('sent')
  })

  it('are passed over for others, by a commit and by a child', async () => {
    const inscribed = (await onlyInscribed(6_000_000_000n)).getHash()
    scene.node.mine(scene.wallet.script)
    for (let i = 0; i < 100; i++) scene.node.mine()
    const { id } = await scene.inscriber().inscribe([textEnvelope('x')])
    scene.node.mine(undefined, [scene.node.pool.get((await job(id)).attempts[0]!.commit.txid)!])
    for (let i = 0; i < 6; i++) scene.node.mine(undefined, [])
    await scene.inscriber().accelerate(id, 20)
    for (const tx of scene.node.pool.values()) {
      for (const { hash } of tx.ins) expect(Buffer.compare(hash, inscribed)).not.toBe(0)
    }
  })

  it('are known by what was kept of a long way, once no reorg can change it', async () => {
    let tx = await onlyPlain()
    for (let i = 0; i < 25; i++) {
      const next = scene.spend([{ txid: tx.getHash(), vout: 0, value: tx.outs[0]!.value }])
      scene.node.mine(undefined, [next])
      tx = next
    }
    const ask = async () => {
      const before = scene.node.asked.length
      await scene.inscriber().quote([textEnvelope('x')])
      return scene.node.asked.slice(before).filter((method) => method === 'getrawtransaction').length
    }
    // Five of its transactions are too young; what lies before them is gone through once.
    expect([await ask(), await ask()]).toEqual([27, 5])
    for (let i = 0; i < 5; i++) scene.node.mine()
    expect([await ask(), await ask()]).toEqual([5, 5])
  })

  /** All coins of the wallet in one, which nothing is on. */
  async function onlyPlain(): Promise<Transaction> {
    const coins = scene.node.blocks
      .flatMap(({ txs }) => txs.filter(({ outs }) => outs[0]!.script.length === 34))
      .map((coin) => ({ txid: coin.getHash(), vout: 0, value: coin.outs[0]!.value }))
    const tx = scene.spend(coins.slice(0, 1))
    const rest = scene.spend(coins.slice(1))
    rest.outs[0]!.script = Uint8Array.of(0x51)
    scene.node.mine(undefined, [tx, rest])
    return tx
  }
})
