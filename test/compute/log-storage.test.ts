import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import { poseidonOf } from '../../src/bus/index.ts'
import { LogStorage, type Storing } from '../../src/compute/io/results/log-storage.ts'
import { namesLog, type WholeStream } from '../../src/compute/result/result-file.ts'
import { encodeLog, withLog } from '../../src/compute/stream/stored-log.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { encodeContent } from '../../storage/io/index.ts'
import { Offers } from '../../storage/io/put/offers.ts'
import { kernel } from '../storage/kernels.ts'
import { PutScene } from '../storage/put-scene.ts'
import { paramsOf } from '../storage/record-scene.ts'

const BURN = 10n
const whole: WholeStream = {
  ...{ kind: 'stream', program: new Uint8Array(32).fill(7), height: 9, blockHash: blockHash(new Uint8Array(32)) },
  ...{ steps: 400, state: [1n], log: Array.from({ length: 300 }, (_, i) => BigInt(i)), proof: Uint8Array.of(1, 2, 3) },
}

let scene: PutScene
const begun: LogStorage[] = []
beforeEach(async () => {
  scene = await PutScene.make(paramsOf([{ from: 0, satoshis: BURN }]))
})
afterEach(async () => {
  for (const logs of begun.splice(0)) await logs.stop()
  await scene.remove()
})

/** As a process of its own over the same folder. */
async function started(onlyQuotes = false, feeRate = 2): Promise<LogStorage> {
  const folder = join(scene.folder, 'logs')
  const logs = new LogStorage({ put: scene.components(), folder, feeRate, onlyQuotes })
  await logs.start()
  begun.push(logs)
  return logs
}

const chargeOf = ({ cost, feeRate }: Storing) => ({ cost: `${cost}`, feeRate })

/** Begins the log, for which the whole cost was charged. */
async function charged(logs: LogStorage): Promise<void> {
  const storing = await logs.prepare(whole)
  await storing.begin(chargeOf(storing))
}

/** A provider that has all of the log. */
async function provider(): Promise<void> {
  const given = join(scene.folder, 'given')
  await mkdir(given)
  await writeFile(join(given, 'log'), encodeLog(whole.log))
  const made = await encodeContent(join(given, 'log'), { kernel, params: scene.params, folder: given })
  if (!made.ok) throw new Error(made.detail)
  await scene.provider('one')
  await new Offers({ transport: scene.net.transport('one'), kernel, content: made.content }).serve()
}

const told = <Name extends 'storing' | 'stored' | 'failed'>(logs: LogStorage, name: Name) =>
  new Promise<Parameters<Parameters<typeof logs.events.on<Name>>[1]>[0]>((resolve) => {
    const off = logs.events.on(name, (event) => {
      off()
      resolve(event)
    })
  })
const left = async () => (await readdir(join(scene.folder, 'logs'))).filter((name) => name.length === 64)

test('a log is put, and the result that names it is the whole one again', async () => {
  await provider()
  const logs = await started()
  const { result, cost, feeRate, begin } = await logs.prepare(whole)
  expect(cost).toBeGreaterThan(BURN)
  expect(scene.node.pool.size).toBe(0)
  const stored = told(logs, 'stored')
  await begin({ cost: `${cost}`, feeRate })
  expect(scene.node.pool.size).toBeGreaterThan(0)
  expect(await left()).toHaveLength(1)
  await scene.block()
  const { content } = await stored
  if (!namesLog(result)) throw new Error('it holds its log')
  expect(bytesToHex(result.log.content)).toBe(content)
  expect(withLog(result, encodeLog(whole.log), poseidonOf(kernel))).toEqual({ ok: true, result: whole })
  expect(await left()).toEqual([])
})

test('nothing is paid where nobody would keep it; what was begun is gone on with by the next process', async () => {
  const first = await started()
  const failed = told(first, 'failed')
  await expect(charged(first)).rejects.toMatchObject({ code: 'E_NO_PROVIDER' })
  await failed
  expect(scene.node.pool.size).toBe(0)
  await first.stop()
  await provider()
  const second = await started()
  const stored = told(second, 'stored')
  // It is on its way when this resolves, whoever began it.
  await charged(second)
  await scene.block()
  await stored
  expect(await left()).toEqual([])
})

test('a provider that comes later is told of what nobody would keep, without a block between', async () => {
  const logs = await started()
  const failed = told(logs, 'failed')
  await expect(charged(logs)).rejects.toMatchObject({ code: 'E_NO_PROVIDER' })
  expect((await failed).error).toMatchObject({ code: 'E_NO_PROVIDER' })
  const storing = told(logs, 'storing')
  await provider()
  await storing
  const stored = told(logs, 'stored')
  await scene.block()
  await stored
})

test('a log that is in the table costs nothing more, though no provider has it yet', async () => {
  await scene.provider('one', () => 'waits')
  const logs = await started()
  await charged(logs)
  expect((await logs.prepare(whole)).cost).toBeGreaterThan(BURN)
  await scene.block()
  expect((await logs.prepare(whole)).cost).toBe(0n)
})

test('killed between the sending of a log and its storing, the next process stores it though nobody asks for it', async () => {
  await provider()
  const first = await started()
  await charged(first)
  await first.stop()
  await scene.block()
  // A dry run leaves it as it is.
  const dry = await started(true)
  expect((await dry.prepare(whole)).cost).toBe(0n)
  await dry.settled()
  await dry.stop()
  expect(await left()).toHaveLength(1)
  // As where the result's record counts already: nothing is begun.
  const second = await started()
  const stored = told(second, 'stored')
  await second.settled()
  await stored
  expect(await left()).toEqual([])
})

test('a damaged folder is told by its name, and holds up no other log', async () => {
  await provider()
  const first = await started()
  await charged(first)
  await first.stop()
  await scene.block()
  const damaged = '00'.repeat(32)
  await mkdir(join(scene.folder, 'logs', damaged))
  const second = await started()
  const failed = told(second, 'failed')
  await second.settled()
  expect(await failed).toMatchObject({ content: damaged })
  expect(await left()).toEqual([damaged])
})

test('no more is paid than was charged, and what was charged for records that turned out void is not paid again', async () => {
  const first = await started()
  await expect(charged(first)).rejects.toMatchObject({ code: 'E_NO_PROVIDER' })
  await first.stop()
  const [id] = (await left()) as [string]
  const charge = join(scene.folder, 'logs', id, 'charge.json')
  await writeFile(charge, JSON.stringify({ cost: '3', feeRate: 2 }))
  await provider()
  const second = await started()
  const failed = told(second, 'failed')
  await second.settled()
  expect(await failed).toMatchObject({
    content: id,
    error: { code: 'E_STORE', message: expect.stringContaining('3 were') },
  })
  expect(scene.node.pool.size).toBe(0)
  await second.stop()

  await writeFile(join(scene.folder, 'logs', 'put', `${id}.void.json`), '{}')
  const third = await started()
  const again = told(third, 'failed')
  await third.settled()
  await again
  expect(await left()).toEqual([])
  expect(await readdir(join(scene.folder, 'logs'))).toContain(`${id}.void`)
  await expect(charged(third)).rejects.toMatchObject({ code: 'E_STORE', message: expect.stringContaining('.void') })
})

test('gone on with after fees rose, at most what was charged is paid, at its rate', async () => {
  const first = await started()
  const before = await first.prepare(whole)
  await expect(before.begin(chargeOf(before))).rejects.toMatchObject({ code: 'E_NO_PROVIDER' })
  await first.stop()
  const [id] = (await left()) as [string]
  const onDisk = async () => JSON.parse(await readFile(join(scene.folder, 'logs', id, 'charge.json'), 'utf8'))
  const charge = await onDisk()
  expect(charge).toEqual({ cost: `${before.cost}`, feeRate: 2 })
  const second = await started(false, 100)
  await second.settled()
  const after = await second.prepare(whole)
  expect([after.feeRate, after.cost > before.cost]).toEqual([100, true])
  await expect(after.begin(chargeOf(before))).rejects.toMatchObject({ code: 'E_NO_PROVIDER' })
  expect(await onDisk()).toEqual(charge)
  const storing = told(second, 'storing')
  await provider()
  await storing
  const jobs = await Array.fromAsync(scene.inscriber().resume())
  expect(jobs.map(({ feeRate }) => feeRate)).toEqual([2])
})

test('nothing is paid for a log that nothing is known to be charged for', async () => {
  await provider()
  const logs = await started()
  const { begin } = await logs.prepare(whole)
  await expect(begin(undefined)).rejects.toMatchObject({
    code: 'E_STORE',
    message: expect.stringContaining('and 0 were charged'),
  })
  expect(scene.node.pool.size).toBe(0)
})
