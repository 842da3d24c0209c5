import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { ResultInscriber, releaseSuperseded, Spendings } from '../../src/compute/io/index.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import type { Asker } from '../../src/compute/requests/asker.ts'
import { resultIdentity } from '../../src/compute/result/identity.ts'
import { type CircuitResult, encodeResult } from '../../src/compute/result/result-file.ts'
import { bytesToHex, WscError } from '../../src/lib/index.ts'
import { type TicketFollower, Wallet } from '../../src/settlement/io/index.ts'

const read = readManifest(
  new TextEncoder().encode(`
version: 1
name: a
dataSources: [{kind: inscription}]
trigger: {onRequest: true}
program: {kind: circuit, circuit: a.circom, input: {signal: i, bytes: 3, commitment: c}, outputs: [x, c]}
`),
)
if (!read.ok) throw new Error(read.detail)
const { manifest } = read
const result: CircuitResult = {
  ...{ kind: 'circuit', program: new Uint8Array(32).fill(1), height: 7, blockHash: blockHash(new Uint8Array(32)) },
  ...{ values: [5n, 6n], proof: Uint8Array.of(1, 2) },
}
const identity = bytesToHex(resultIdentity(manifest, result))
const about = { result, manifest }
const ID = `${'cd'.repeat(32)}i0`
const own = new Wallet(regtest, new Uint8Array(32).fill(9))
const others = new Wallet(regtest, new Uint8Array(32).fill(8))
const jobOf = (envelope: Uint8Array) => bytesToHex(sha256(envelope))
const proofOf = (byte: number) => ({ manifest, result: { ...result, proof: Uint8Array.of(byte) } })

let dir: string
let state: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-spent-'))
  state = join(dir, 'below')
  path = join(state, 'results-spent.json')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** An inscriber whose jobs go by the envelope, as the real one's do, and which may be killed before it sends. */
class Scene {
  readonly sent = new Map<string, Uint8Array>()
  waiting: { readonly job: string; readonly inscription: number; readonly seq: number; readonly body: Uint8Array }[] =
    []
  counted: string | null = null
  tickets: readonly Pick<TicketFollower, 'ticket' | 'coin'>[] = []
  tip = blockHash(new Uint8Array(32).fill(4))
  killed = false
  taken = false
  /** What the node estimates now, and at what each was sent. */
  estimate = 2
  readonly rates: (number | undefined)[] = []
  /** What happens while a job is found to be dropped. */
  superseded: (() => Promise<void>) | null = null
  /** What happens once something is charged, and before it is sent. */
  sending: () => Promise<void> = async () => undefined

  async inscriber(budget: bigint, from = state, requestBudget?: bigint, wallet = own): Promise<ResultInscriber> {
    const spendings = await Spendings.open(state)
    const inscriber = {
      quote: async (_: unknown, feeRate = this.estimate) => ({ feeRate, fees: 700n, postage: 330n }),
      goOn: async (job: string) => {
        if (this.superseded !== null) {
          const happens = this.superseded
          this.superseded = null
          this.sent.delete(job)
          await happens()
          return { inscriptions: [{ id: ID }], status: 'superseded' }
        }
        return this.sent.has(job) ? { inscriptions: [{ id: ID }], status: 'sent' } : null
      },
      inscribe: async ([envelope]: readonly Uint8Array[], feeRate?: number) => {
        if (this.killed) throw new Error('killed')
        await this.sending()
        if (this.taken) throw new WscError('E_TICKET', 'another was first')
        this.rates.push(feeRate)
        this.sent.set(jobOf(envelope!), envelope!)
        return { inscriptions: [{ id: ID }] }
      },
      jobOf: ([envelope]: readonly Uint8Array[]) => jobOf(envelope!),
      knows: async (job: string) => this.sent.has(job),
      standing: async () => ({ lastSeq: this.waiting.at(-1)?.seq ?? null, waiting: this.waiting }),
    }
    return new ResultInscriber({
      inscriber: inscriber as never,
      others: {
        results: {
          countedBy: async () => this.counted,
          tip: async () => ({ height: 7, hash: toDisplay(this.tip) }),
        },
        tickets: this.tickets,
      },
      ...{ wallet, state: from, spendings, budget, requestBudget },
    })
  }
}

test('without a budget nothing is sent; with one, what it costs is on the disk before', async () => {
  const scene = new Scene()
  expect(await (await scene.inscriber(0n)).inscribe(about)).toEqual({ state: 'no-budget', cost: 1_030n, left: 0n })
  expect(await (await scene.inscriber(1_029n)).inscribe(about)).toMatchObject({ state: 'no-budget', left: 1_029n })
  expect(scene.sent.size).toBe(0)
  expect(await (await scene.inscriber(3_000n)).quote(about)).toBe(1_030n)
  expect(await (await scene.inscriber(3_000n)).inscribe(about)).toEqual({
    state: 'sent',
    id: ID,
    cost: 1_030n,
    left: 1_970n,
  })
  expect(scene.sent.size).toBe(1)
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([{ identity, satoshis: '1030', seq: 1 }])
  // Of another program there is a budget of its own.
  const other = { ...result, program: new Uint8Array(32).fill(2) }
  expect(await (await scene.inscriber(1_030n)).inscribe({ ...about, result: other })).toMatchObject({ state: 'sent' })
})

test('what stores a log is paid for out of the same budget, and begun before the record is sent, after a failure too', async () => {
  const scene = new Scene()
  const begun: unknown[] = []
  let fails = true
  const storing = {
    ...{ cost: 500n, feeRate: 2 },
    begin: async (charged: unknown) => {
      expect(scene.sent.size).toBe(0)
      begun.push(charged)
      if (fails) throw new Error('nobody keeps it')
    },
  }
  expect(await (await scene.inscriber(3_000n)).quote({ ...about, storing })).toBe(1_530n)
  const little = await (await scene.inscriber(1_529n)).inscribe({ ...about, storing })
  expect(little).toEqual({ state: 'no-budget', cost: 1_530n, left: 1_529n })
  expect(begun).toEqual([])
  await expect((await scene.inscriber(3_000n)).inscribe({ ...about, storing })).rejects.toThrow('nobody keeps it')
  expect(scene.sent.size).toBe(0)
  fails = false
  // By now it costs more: nothing is charged for that, so nothing of it is to be paid.
  const dearer = { ...about, storing: { ...storing, cost: 25_000n, feeRate: 100 } }
  const done = await (await scene.inscriber(3_000n)).inscribe(dearer)
  const charged = { cost: '500', feeRate: 2 }
  expect(done).toEqual({ state: 'gone-on-with', id: ID, left: 1_470n })
  expect([begun, scene.sent.size]).toEqual([[charged, charged], 1])
  // The same while the record is on its way.
  const [job] = scene.sent.keys()
  scene.waiting = [{ job: job!, inscription: 0, seq: 1, body: encodeResult(result) }]
  const onItsWay = { ...dearer, storing: { ...dearer.storing, begin: async (one: unknown) => void begun.push(one) } }
  expect(await (await scene.inscriber(3_000n)).inscribe(onItsWay)).toEqual(done)
  expect(begun).toEqual([charged, charged, charged])
  // Nothing is known to be charged for it by whoever inscribes from another folder.
  await (await scene.inscriber(3_000n, join(dir, 'node'))).inscribe(onItsWay)
  expect(begun.at(-1)).toBeUndefined()
})

test('killed between charge and sending, the same record is sent, and charged once', async () => {
  const scene = new Scene()
  scene.killed = true
  await expect((await scene.inscriber(3_000n)).inscribe(about)).rejects.toThrow('killed')
  scene.killed = false
  // The mempool has filled up meanwhile: at that rate it would cost more than was charged.
  scene.estimate = 150
  for (let i = 0; i < 3; i++) {
    expect(await (await scene.inscriber(3_000n)).inscribe(about)).toEqual({
      state: 'gone-on-with',
      id: ID,
      left: 1_970n,
    })
  }
  expect(scene.sent.size).toBe(1)
  expect(scene.rates).toEqual([2, 2, 2])
})

test('whatever inscribes from a folder of its own shares the budget of a graph, and pays for no identity again', async () => {
  const scene = new Scene()
  expect(await (await scene.inscriber(3_000n)).inscribe(about)).toMatchObject({ state: 'sent', left: 1_970n })
  const node = await scene.inscriber(3_000n, join(dir, 'node'))
  // The same record in another folder would be another job.
  expect(await node.inscribe(about)).toEqual({ state: 'charged-before', left: 1_970n })
  expect(await node.inscribe(at(8))).toMatchObject({ state: 'sent', left: 940n })
  expect(await (await scene.inscriber(3_000n)).inscribe(at(9))).toMatchObject({ state: 'no-budget', left: 940n })
  expect(scene.sent.size).toBe(2)
})

const asker = (request: number, author: number, more: Partial<Asker> = {}): Asker => ({
  request: `${request.toString(16).padStart(64, '0')}i0`,
  author: author.toString(16).padStart(64, '0'),
  ...{ most: 5_000n, until: 2_000, ...more },
})
const at = (height: number) => ({ manifest, result: { ...result, height } })

test('what others ask for is paid out of a budget of its own alone, over restarts too, and the own one out of that alone', async () => {
  const scene = new Scene()
  const one = asker(1, 1)
  const ask = async (requestBudget: bigint | undefined, about: { readonly result: CircuitResult }, ...by: Asker[]) =>
    await (await scene.inscriber(3_000n, state, requestBudget)).inscribeAsked(
      { ...about, manifest },
      {
        ...{ by: [by[0] ?? one, ...by.slice(1)], height: 1_000 },
      },
    )
  const unpaid = { state: 'request-unpaid', request: one.request, cost: 1_030n }
  expect(await ask(undefined, at(1))).toEqual({ ...unpaid, left: 0n, why: 'budget' })
  expect(await ask(1_029n, at(1))).toEqual({ ...unpaid, left: 1_029n, why: 'budget' })
  const less = [asker(2, 2, { most: 1_028n }), asker(3, 3, { most: 1_029n })]
  expect(await ask(3_000n, at(1), ...less)).toEqual({
    ...{ ...unpaid, left: 3_000n, why: 'bound' },
    request: less[1]!.request,
  })
  expect(scene.sent.size).toBe(0)
  // Of two who ask for one result the one pays that may.
  expect(await ask(2_059n, at(1), ...less, one)).toMatchObject({ state: 'sent', left: 1_029n })
  expect(await ask(2_059n, at(1))).toMatchObject({ state: 'gone-on-with', left: 1_029n })
  expect(await ask(2_059n, at(2), asker(4, 4))).toMatchObject({ why: 'budget', left: 1_029n })
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([
    { satoshis: '1030', asked: { ...one, most: '5000', height: 1_000 } },
  ])
  const own = await scene.inscriber(1_030n)
  expect(await own.inscribe(at(3))).toMatchObject({ state: 'sent', left: 0n })
  expect(await ask(2_059n, at(4), asker(4, 4))).toMatchObject({ why: 'budget', left: 1_029n })
  expect(await ask(2_060n, at(4), asker(4, 4))).toMatchObject({ state: 'sent', left: 0n })
})

test('one author has one record in 144 blocks, and more as far as they are an eighth of the budget', async () => {
  const scene = new Scene()
  const budget = 8n * 2_060n
  const ask = async (height: number, about: number, by: Asker, most = budget) =>
    await (await scene.inscriber(0n, state, most)).inscribeAsked(at(about), { by: [by], height })
  for (const [height, about] of [
    [1_000, 1],
    [1_010, 2],
  ] as const) {
    expect(await ask(height, about, asker(about, 1))).toMatchObject({ state: 'sent' })
  }
  const third = asker(3, 1)
  const left = budget - 2_060n
  const waits = { state: 'request-unpaid', why: 'share', request: third.request, cost: 1_030n, left, from: 1_144 }
  expect(await ask(1_143, 3, third)).toEqual(waits)
  // Another has a share of its own, and one that a budget is too small for has one record all the same.
  expect(await ask(1_143, 4, asker(4, 2), 6_000n)).toMatchObject({ state: 'sent' })
  expect(await ask(1_143, 5, asker(5, 2), 6_000n)).toMatchObject({ why: 'share', from: 1_287 })
  expect(await ask(1_144, 3, third)).toMatchObject({ state: 'sent' })
  expect(await ask(1_144, 6, asker(6, 1))).toMatchObject({ why: 'share', from: 1_154 })
  // Where the chain has gone back nothing is free before.
  expect(await ask(990, 6, asker(6, 1))).toMatchObject({ why: 'share' })
})

test('charges of before there were requests are of the own budget', async () => {
  const scene = new Scene()
  await (await scene.inscriber(3_000n)).inscribe(about)
  const { charges, format } = JSON.parse(await readFile(path, 'utf8'))
  const { identity, program, satoshis, seq, body } = charges[0]
  await writeFile(path, JSON.stringify({ format, charges: [{ identity, program, satoshis, seq, body }] }))
  const spendings = await Spendings.open(state)
  expect(await spendings.left(program, 3_000n)).toBe(1_970n)
  expect(await spendings.left(program, 3_000n, 'requests')).toBe(3_000n)
})

test('of many at once those are charged that the budget has room for, and of one identity one', async () => {
  const spendings = await Promise.all(Array.from({ length: 8 }, () => Spendings.open(state)))
  const charge = (i: number) => ({
    ...{ identity: i.toString(16).padStart(64, '0'), program: '01'.repeat(32), satoshis: '100' },
    ...{ seq: 1, body: '02'.repeat(32), feeRate: 1, state: `${i}` },
  })
  const made = await Promise.all(spendings.map((one, i) => one.charge(charge(i), 350n)))
  expect(made.filter((one) => one.state === 'charged')).toHaveLength(3)
  expect(await spendings[0]!.left('01'.repeat(32), 350n)).toBe(50n)
  const same = await Promise.all(spendings.map((one) => one.charge(charge(99), 1_000n)))
  expect(same.filter((one) => one.state === 'charged')).toHaveLength(1)
  expect(same.filter((one) => one.state === 'before')).toHaveLength(7)
})

test('what counts, is on its way, or was charged for another proof is not paid for', async () => {
  const scene = new Scene()
  const body = encodeResult({ ...result, proof: Uint8Array.of(9) })
  scene.waiting = [{ job: 'a', inscription: 0, seq: 4, body: Uint8Array.of(1) }]
  scene.waiting.push({ job: 'b', inscription: 0, seq: 5, body })
  scene.sent.set('b', body)
  // The proof that was begun, whatever this one is.
  expect(await (await scene.inscriber(3_000n)).inscribe(about)).toEqual({ state: 'gone-on-with', id: ID, left: 3_000n })
  expect([...scene.sent.keys()]).toEqual(['b'])
  scene.sent.clear()
  scene.waiting = [{ job: 'a', inscription: 0, seq: 4, body: Uint8Array.of(1) }]
  expect(await (await scene.inscriber(3_000n)).inscribe(about)).toMatchObject({ state: 'sent' })
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([{ seq: 5 }])
  const other = { manifest, result: { ...result, proof: Uint8Array.of(3) } }
  expect(await (await scene.inscriber(3_000n)).inscribe(other)).toEqual({ state: 'charged-before', left: 1_970n })
  scene.counted = `${'ab'.repeat(32)}i0`
  const inChain = { state: 'in-chain', id: scene.counted, left: 1_970n }
  expect(await (await scene.inscriber(3_000n)).inscribe(other)).toEqual(inChain)
  expect(scene.sent.size).toBe(1)
})

test('a damaged file spends nothing anew', async () => {
  await (await new Scene().inscriber(3_000n)).inscribe(about)
  const good = JSON.parse(await readFile(path, 'utf8'))
  for (const text of [
    '',
    '{',
    '{}',
    JSON.stringify({ ...good, format: 2 }),
    JSON.stringify({ ...good, charges: [1] }),
  ]) {
    await writeFile(path, text)
    await expect(Spendings.open(state)).rejects.toMatchObject({ code: 'E_STORE' })
  }
})

test('a result that no inscription holds is refused', async () => {
  const long = { ...result, proof: new Uint8Array(65_000) }
  expect(await (await new Scene().inscriber(3_000n)).inscribe({ ...about, result: long })).toMatchObject({
    state: 'sent',
  })
  const stream = { ...result, kind: 'stream', steps: 1, state: [], log: new Array(12_500).fill(1n) } as never
  await expect((await new Scene().inscriber(3_000n)).inscribe({ ...about, result: stream })).rejects.toMatchObject({
    code: 'E_RECORD',
  })
})

test('with a ticket nothing is sent or charged where another of the group may be doing it', async () => {
  const scene = new Scene()
  const program = bytesToHex(result.program)
  const coin = { coin: { txid: new Uint8Array(32), vout: 0, value: 330n }, tip: scene.tip }
  scene.tickets = [{ ticket: { program } as never, coin: async () => coin }]
  const inscriber = await scene.inscriber(3_000n)
  // Its coin goes before what is sent, and the index is as far as the chain with which that was looked for.
  scene.tip = blockHash(new Uint8Array(32).fill(5))
  await expect(inscriber.inscribe(about)).rejects.toMatchObject({ code: 'E_MOVED' })
  scene.tip = coin.tip
  scene.taken = true
  await expect(inscriber.inscribe(about)).rejects.toMatchObject({ code: 'E_TICKET' })
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toEqual([])
  scene.taken = false
  expect(await inscriber.inscribe(about)).toMatchObject({ state: 'sent', left: 1_970n })
})

test('what came to nothing is not charged once another’s record counts, and what was sent is', async () => {
  const scene = new Scene()
  const charges = async () => JSON.parse(await readFile(path, 'utf8')).charges.length
  scene.killed = true
  await expect((await scene.inscriber(3_000n)).inscribe(about)).rejects.toThrow('killed')
  scene.counted = ID
  // A folder of others does not know what became of it.
  await (await scene.inscriber(3_000n, join(dir, 'node'))).inscribe(about)
  expect(await charges()).toBe(1)
  expect(await (await scene.inscriber(3_000n)).inscribe(about)).toEqual({ state: 'in-chain', id: ID, left: 3_000n })
  scene.counted = null
  scene.killed = false
  await (await scene.inscriber(3_000n)).inscribe(about)
  scene.counted = ID
  expect(await (await scene.inscriber(3_000n)).inscribe(about)).toMatchObject({ left: 1_970n })
})

test('another wallet does not send what was charged by one before, and does not take its charge back', async () => {
  const scene = new Scene()
  const charges = async () => JSON.parse(await readFile(path, 'utf8')).charges
  const before = { state: 'charged-before', left: 1_970n }
  await (await scene.inscriber(3_000n)).inscribe(about)
  const author = bytesToHex(own.publicKey)
  expect(await charges()).toMatchObject([{ author, job: [...scene.sent.keys()][0] }])
  const other = await scene.inscriber(3_000n, state, undefined, others)
  expect(await other.inscribe(about)).toEqual(before)
  expect(await other.inscribe(proofOf(3))).toEqual(before)
  expect(await other.cameToNothing(about)).toBe(false)
  expect(scene.sent.size).toBe(1)
  scene.counted = ID
  expect(await other.inscribe(about)).toEqual({ state: 'in-chain', id: ID, left: 1_970n })
  await other.release(dropped('a', 1, result, others))
  expect(await charges()).toMatchObject([{ author }])
  // Nor does it where nothing was sent: whose jobs are not there may be elsewhere.
  scene.counted = null
  scene.sent.clear()
  expect(await other.inscribe(proofOf(3))).toEqual(before)
  expect(scene.sent.size).toBe(0)
})

test('a charge of before authors were kept is any author’s, and is for no other proof', async () => {
  const scene = new Scene()
  scene.killed = true
  await expect((await scene.inscriber(3_000n)).inscribe(about)).rejects.toThrow('killed')
  scene.killed = false
  const { format, charges } = JSON.parse(await readFile(path, 'utf8'))
  const { author: _, job: __, ...old } = charges[0]
  await writeFile(path, JSON.stringify({ format, charges: [old] }))
  const other = await scene.inscriber(3_000n, state, undefined, others)
  expect(await other.inscribe(proofOf(3))).toEqual({ state: 'charged-before', left: 1_970n })
  expect(await other.inscribe(about)).toEqual({ state: 'gone-on-with', id: ID, left: 1_970n })
  scene.sent.clear()
  scene.counted = ID
  expect(await other.inscribe(about)).toEqual({ state: 'in-chain', id: ID, left: 3_000n })
})

test('killed between charge and sending, another proof is charged in its place and sent', async () => {
  const scene = new Scene()
  scene.killed = true
  await expect((await scene.inscriber(3_000n)).inscribe(about)).rejects.toThrow('killed')
  scene.killed = false
  const again = proofOf(3)
  // Of another folder nobody here knows the jobs.
  const before = { state: 'charged-before', left: 1_970n }
  expect(await (await scene.inscriber(3_000n, join(dir, 'node'))).inscribe(again)).toEqual(before)
  // The budget has room for one alone.
  const inscriber = await scene.inscriber(1_030n)
  expect(await inscriber.inscribe(again)).toEqual({ state: 'sent', id: ID, cost: 1_030n, left: 0n })
  const [job] = scene.sent.keys()
  const body = bytesToHex(sha256(encodeResult(again.result)))
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([{ identity, job, body }])
  // That one was sent: its charge is for that proof.
  expect(await inscriber.inscribe(about)).toEqual({ ...before, left: 0n })
  expect(scene.sent.size).toBe(1)
})

test('what another proof was charged for and came to nothing is taken back once the result counts', async () => {
  const scene = new Scene()
  scene.killed = true
  await expect((await scene.inscriber(3_000n)).inscribe(about)).rejects.toThrow('killed')
  expect(await (await scene.inscriber(3_000n)).cameToNothing(proofOf(3))).toBe(true)
  scene.counted = ID
  const inChain = { state: 'in-chain', id: ID, left: 3_000n }
  expect(await (await scene.inscriber(3_000n)).inscribe(proofOf(3))).toEqual(inChain)
})

test('a charge that may have paid for a log in storage is not taken back for another proof', async () => {
  const scene = new Scene()
  const stream = (proof: number) => {
    const log = { content: new Uint8Array(32), commitment: 1n }
    return { ...result, kind: 'stream', steps: 1, state: [], log, proof: Uint8Array.of(proof) } as never
  }
  scene.killed = true
  await expect((await scene.inscriber(3_000n)).inscribe({ manifest, result: stream(1) })).rejects.toThrow('killed')
  scene.killed = false
  const done = await (await scene.inscriber(3_000n)).inscribe({ manifest, result: stream(2) })
  expect(done).toEqual({ state: 'charged-before', left: 1_970n })
})

/** What a job says when it is dropped. */
const dropped = (job: string, seq = 1, of = result, { publicKey: author } = own) =>
  [{ job, record: { seq, author }, body: encodeResult(of) }] as never

test('a job that is dropped for another’s takes the charge of its record back, and no other', async () => {
  await (await new Scene().inscriber(3_000n)).inscribe(about)
  const spendings = await Spendings.open(state)
  const release = (from: string, records: never) =>
    releaseSuperseded({ spendings, inscriber: { knows: async () => false }, state: from }, records)
  await release(join(dir, 'node'), dropped('a'))
  await release(state, dropped('a', 2))
  await release(state, dropped('a', 1, result, others))
  await release(state, dropped('a', 1, { ...result, proof: Uint8Array.of(3) }))
  expect(await spendings.of(identity)).not.toBeNull()
  await release(state, dropped('a'))
  expect(await spendings.of(identity)).toBeNull()
})

test('a dropped job’s charge is taken back at once where that is seen here, and its record is charged anew', async () => {
  const scene = new Scene()
  const inscriber = await scene.inscriber(3_000n)
  await inscriber.inscribe(about)
  const [job] = scene.sent.keys()
  scene.waiting = [{ job: job!, inscription: 0, seq: 1, body: encodeResult(result) }]
  scene.superseded = async () => undefined
  expect(await inscriber.inscribe(about)).toEqual({ state: 'sent', id: ID, cost: 1_030n, left: 1_970n })
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([{ seq: 2 }])
  // Told of after that, the first one’s charge is gone already.
  await inscriber.release(dropped(job!))
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([{ seq: 2 }])
})

test('the charge of a dropped job stays where the same record is on its way again, or is about to be sent', async () => {
  const scene = new Scene()
  const inscriber = await scene.inscriber(3_000n)
  await inscriber.inscribe(about)
  const [job] = scene.sent.keys()
  const again = { state: 'gone-on-with', id: ID, left: 1_970n }
  scene.sent.clear()
  // What was charged is sent by the same charge, before its job is told to be dropped.
  expect(await inscriber.inscribe(about)).toEqual(again)
  await inscriber.release(dropped(job!))
  scene.sent.clear()
  const charged = Promise.withResolvers<void>()
  const goesOn = Promise.withResolvers<void>()
  scene.sending = async () => {
    charged.resolve()
    await goesOn.promise
  }
  const sent = inscriber.inscribe(about)
  await charged.promise
  const released = inscriber.release(dropped(job!))
  goesOn.resolve()
  expect(await sent).toEqual(again)
  await released
  expect(scene.sent.has(job!)).toBe(true)
  expect(JSON.parse(await readFile(path, 'utf8')).charges).toMatchObject([{ identity, seq: 1 }])
})
