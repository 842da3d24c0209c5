import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Block, blockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { type ResultsComponents, ResultsService } from '../../src/compute/io/results/results-service.ts'
import {
  type CircuitResult,
  decodeResult,
  encodeResult,
  type ProgramResult,
} from '../../src/compute/result/result-file.ts'
import { resultDraft } from '../../src/compute/results/result-record.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { composeInscription } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'
import { hashOf } from './results-scene.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-results-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const wallet = new Wallet(regtest, new Uint8Array(32).fill(9))
const [HERE, ELSEWHERE] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
const first = syntheticBlock([spend(1)])

const resultOf = (value: bigint, program = HERE, at: Block = first): CircuitResult => ({
  ...{ kind: 'circuit', program, height: 0, blockHash: blockHash(at.hash) },
  ...{ values: [value], proof: Uint8Array.of(1, 2, 3) },
})
/** The script that inscribes a record of a result, with these bytes as its body. */
const scriptOf = (result: ProgramResult, body: Uint8Array = encodeResult(result)) => {
  const made = composeInscription(resultDraft(result, body, 1), wallet)
  if (!made.ok) throw new Error(made.detail)
  return concatBytes(Uint8Array.of(0x20), wallet.publicKey, Uint8Array.of(0xac), made.envelope)
}

/** A node's chain of these blocks, and a judge that says yes to values below 100. */
class Scene {
  readonly blocks: Block[]
  readonly judged: bigint[] = []
  readonly events: BlockEvent[]
  fetched = 0

  constructor(blocks: Block[], events?: BlockEvent[]) {
    this.blocks = blocks
    const connected = blocks.map((block, height) => connect(block, height))
    this.events = events ?? [...connected, tip(blocks.at(-1) as Block, blocks.length - 1)]
  }

  service(components: Partial<ResultsComponents> = {}): ResultsService {
    const client = {
      call: async ({ params, schema }: { params: readonly string[]; schema: { parse(value: unknown): unknown } }) => {
        this.fetched++
        const { transactions } = this.blocks.find(({ hash }) => toDisplay(hash) === params[0]) as Block
        return schema.parse(Buffer.from(transactions[0]!.bytes.buffer).toString('hex'))
      },
    }
    const { events } = this
    const feed = {
      async *subscribe({ from, signal }: { from?: { height: number }; signal: AbortSignal }) {
        for (const event of events)
          if (from === undefined || !('header' in event) || event.height > from.height) yield event
        signal.throwIfAborted()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
      },
      hashAt: async () => null,
    }
    const inscriptions = { caughtUp: async () => undefined, index: { hashAt: async () => null, async *query() {} } }
    const judge: ResultsComponents['judge'] = {
      judge: async (result) => {
        if (result.program[0] === 2) return { state: 'unknown', reason: 'no-program' }
        const [value] = (result as CircuitResult).values as [bigint]
        this.judged.push(value)
        if (value >= 100n) return { state: 'invalid', reason: 'proof-invalid', detail: 'too great' }
        return { state: 'valid', identity: hashOf(`${value}`), says: { x: `${value}` }, completeness: 'complete' }
      },
    }
    const all = {
      feed,
      inscriptions,
      client,
      params: regtest,
      judge,
      programs: [],
      folder,
      startHeight: 0,
      ...components,
    }
    return new ResultsService(all as never)
  }
}
const connect = (block: Block, height: number) =>
  ({ type: 'connected', height, hash: block.hash, header: block.header, reorg: 0 }) as BlockEvent
const disconnect = (block: Block, height: number) =>
  ({ type: 'disconnected', height, hash: block.hash, header: block.header }) as BlockEvent
const tip = (block: Block, height: number) => ({ type: 'tip', height, hash: block.hash }) as BlockEvent
/** A block with a transaction for each script; `number` tells it from others after the same. */
const after = (block: Block, scripts: readonly Uint8Array[], number = 3) => {
  const all = scripts.map((script, i) => spend(i, [script], number))
  return syntheticBlock([...all, spend(200, [], number)], { prevHash: block.hash })
}

async function listed(service: ResultsService) {
  await service.start()
  await service.caughtUp()
  const { blocks } = await service.list()
  return blocks.flatMap(({ height, entries }) => entries.map((entry) => ({ at: height, ...entry })))
}

test('the first valid record of an identity counts, a body is judged once, and an index opened again has it all', async () => {
  const same = scriptOf(resultOf(5n))
  const one = after(first, [scriptOf(resultOf(100n)), same, scriptOf(resultOf(6n)), same])
  const two = after(one, [same, scriptOf(resultOf(100n)), scriptOf(resultOf(7n, ELSEWHERE))], 4)
  const scene = new Scene([first, one, two])
  const service = scene.service()
  const entries = await listed(service)
  expect(entries.map((entry) => [entry.at, entry.state, 'reason' in entry ? entry.reason : ''])).toEqual([
    [1, 'invalid', 'proof-invalid'],
    [1, 'counts', ''],
    [1, 'counts', ''],
    [1, 'duplicate', ''],
    [2, 'duplicate', ''],
    [2, 'invalid', 'proof-invalid'],
    [2, 'unknown', 'no-program'],
  ])
  expect(scene.judged).toEqual([100n, 5n, 6n])
  expect(await service.countedBy(hashOf('5'))).toBe(entries[1]!.id)
  await service.stop()

  const again = scene.service()
  scene.fetched = 0
  expect(await listed(again)).toEqual(entries)
  expect([scene.fetched, scene.judged.length]).toEqual([0, 3])
  await again.stop()
  await expect(scene.service({ programs: ['11'.repeat(32)] }).start()).rejects.toMatchObject({ code: 'E_STORE' })
})

test('a result about a block of another branch, or of a later one, is no ancestor’s; in a branch that has it, it counts', async () => {
  const one = after(first, [])
  const rival = after(first, [], 5)
  const about = (block: Block, height: number) => scriptOf({ ...resultOf(5n, HERE, block), height })
  const two = after(one, [about(rival, 1), about(one, 1), about(one, 2), about(one, 0)], 6)
  const other = after(rival, [about(rival, 1), about(one, 1)], 7)
  const events = [
    ...[connect(first, 0), connect(one, 1), connect(two, 2)],
    ...[disconnect(two, 2), disconnect(one, 1), connect(rival, 1), connect(other, 2), tip(other, 2)],
  ]
  const scene = new Scene([first, one, two, rival, other], events)
  const service = scene.service()
  const seen: unknown[] = []
  for (const type of ['connected', 'disconnected'] as const) {
    service.events.on(type, ({ height, entries }) => seen.push([type, height, entries.map(({ state }) => state)]))
  }
  const entries = await listed(service)
  expect(seen.slice(2, 4)).toEqual([
    ['connected', 2, ['invalid', 'counts', 'invalid', 'invalid']],
    ['disconnected', 2, ['invalid', 'counts', 'invalid', 'invalid']],
  ])
  expect(entries).toMatchObject([{ state: 'counts' }, { state: 'invalid', reason: 'not-an-ancestor' }])
  const lost = await service.since({ height: 2, hash: toDisplay(two.hash), finality: -1 }, { finality: 6, limit: 10 })
  expect(lost).toMatchObject({
    ok: true,
    events: [{ event: 'undo', to: { height: 0 }, withdrawn: [{ final: false }] }, { event: 'result' }],
  })
  await service.stop()
})

test('of 300 malformed records none counts, none ends the service, and each has its reason', async () => {
  let seed = 1
  const next = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  const good = encodeResult(resultOf(5n))
  const altered = (): Uint8Array => {
    const bytes = good.slice()
    switch (next(4)) {
      case 0:
        return bytes.subarray(0, next(bytes.length))
      case 1:
        return concatBytes(bytes, new Uint8Array(1 + next(40)))
      case 2:
        return Uint8Array.from({ length: 1 + next(200) }, () => next(256))
      default:
        // Not the value, which the judge is told of.
        bytes[next(75)]! ^= 1 + next(255)
        return bytes
    }
  }
  const scripts: Uint8Array[] = []
  while (scripts.length < 240) scripts.push(scriptOf(resultOf(5n), altered()))
  // And 60 whose envelope itself is another one.
  while (scripts.length < 300) {
    const script = scriptOf(resultOf(5n))
    script[34 + next(script.length - 34)]! ^= 1 + next(255)
    scripts.push(script)
  }
  const chain = [first]
  for (let i = 0; i < 6; i++) chain.push(after(chain.at(-1) as Block, scripts.slice(50 * i, 50 * i + 50), 10 + i))
  const scene = new Scene([...chain, after(chain.at(-1) as Block, [scriptOf(resultOf(5n))], 99)])
  const service = scene.service()
  const entries = await listed(service)
  expect(entries.filter(({ state }) => state === 'counts').length).toBe(1)
  expect(entries.at(-1)).toMatchObject({ state: 'counts', at: 7 })
  expect(entries.length).toBeGreaterThan(240)
  for (const entry of entries.slice(0, -1))
    expect(entry).toMatchObject({ state: 'invalid', reason: expect.any(String) })
  const reasons = new Set(entries.map((entry) => ('reason' in entry ? entry.reason : '')))
  for (const reason of ['not-a-result', 'truncated', 'trailing-bytes', 'other-than-its-record']) {
    expect(reasons).toContain(reason)
  }
  // What is no result of its record is told to no judge.
  expect(scene.judged).toEqual([5n])
  expect(decodeResult(good).ok).toBe(true)
  await service.stop()
})
