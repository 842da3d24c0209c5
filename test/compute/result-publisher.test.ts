import { expect, test } from 'vitest'
import { type BlockHash, blockHash } from '../../src/bitcoin/index.ts'
import { settledAs } from '../../src/cli/results-text.ts'
import type { RequestUnpaid } from '../../src/compute/io/results/purses.ts'
import type { Inscribed } from '../../src/compute/io/results/result-inscriber.ts'
import {
  LAST_TURN,
  OTHERS_AFTER,
  PLACES,
  type PublisherComponents,
  type PublisherEvents,
  ResultPublisher,
} from '../../src/compute/io/results/result-publisher.ts'
import type { ResultsEvents } from '../../src/compute/io/results/results-service.ts'
import type { Asked, Asker } from '../../src/compute/requests/asker.ts'
import type { ProgramResult } from '../../src/compute/result/result-file.ts'
import { Emitter } from '../../src/lib/index.ts'
import { hashOf } from './results-scene.ts'

const result = (height: number): ProgramResult => ({
  ...{ kind: 'circuit', program: new Uint8Array(32), height, values: [], proof: new Uint8Array(1) },
  blockHash: blockHash(new Uint8Array(32)),
})
const proved = (height: number, own: boolean) => ({
  ...{ program: hashOf('program'), identity: hashOf(`result ${height}`), result: result(height), own },
})

const asker = (request: number, more: Partial<Asker> = {}): Asker => ({
  ...{ request: `${request}`, author: hashOf(`author ${request}`), most: 100n, until: 1_100, ...more },
})

/** A publisher over a chain of which only the tip's height and what counts matter; it hears of the first tip, or has to ask. */
async function place(inscribe: PublisherComponents['inscribe'], turn = () => 0, hearsFirst = true) {
  let height = 999
  const tips = new Emitter<ResultsEvents>()
  const counted = new Map<string, string>()
  const results = {
    ...{ events: tips, caughtUp: async () => {}, countedBy: async (id: string) => counted.get(id) ?? null },
    tip: async () => ({ height, hash: '' }),
  }
  const chain = { hash: blockHash(new Uint8Array(32)) }
  const publisher = new ResultPublisher({
    ...{ results, inscribe, place: turn, payer: new Uint8Array(32) },
    hashAt: async () => chain.hash,
  })
  const told: string[] = []
  let more = Promise.withResolvers<void>()
  const tell = (line: string) => {
    told.push(line)
    more.resolve()
  }
  publisher.events.on('settled', ({ height, outcome }: PublisherEvents['settled']) =>
    tell(`${height} ${outcome.state}`),
  )
  publisher.events.on('spared', ({ height, id }) => tell(`${height} spared ${id}`))
  publisher.events.on('failed', ({ height, error }) => tell(`${height} failed ${error.message}`))
  await publisher.start()
  const mine = () => tips.emit('tip', { height: ++height, hash: new Uint8Array(32) as BlockHash })
  const until = async (count: number) => {
    while (told.length < count) {
      more = Promise.withResolvers()
      await more.promise
    }
    return told
  }
  if (hearsFirst) mine()
  return { publisher, chain, counted, told, mine, until }
}

const sent: Inscribed = { state: 'sent', id: 'an id', cost: 5n, left: 0n }

test('who proved a result inscribes it at once; others where nobody has, some blocks later', async () => {
  const { publisher, counted, told, mine, until } = await place(async () => sent)
  publisher.add(proved(1, true))
  expect(await until(1)).toEqual(['1 sent'])
  publisher.add(proved(2, false))
  publisher.add(proved(3, false))
  for (let i = 1; i < OTHERS_AFTER; i++) mine()
  counted.set(hashOf('result 2'), 'other')
  expect(told).toHaveLength(1)
  mine()
  expect(await until(3)).toEqual(['1 sent', '2 spared other', '3 sent'])
  // What is known already is not looked at again.
  publisher.add(proved(4, true))
  publisher.add(proved(4, true))
  expect(await until(4)).toHaveLength(4)
  await publisher.stop()
})

test('what is known before the first tip that is told is waited for from the tip that was there', async () => {
  const { publisher, mine, until } = await place(
    async () => sent,
    () => 0,
    false,
  )
  publisher.add(proved(1, false))
  // What is inscribed at once shows that all that waits has been looked at.
  publisher.add(proved(2, true))
  expect(await until(1)).toEqual(['2 sent'])
  for (let i = 0; i < OTHERS_AFTER; i++) mine()
  expect(await until(2)).toEqual(['2 sent', '1 sent'])
  await publisher.stop()
})

test('a publisher whose index comes to its tip late waits no longer for that', async () => {
  const { publisher, mine, until } = await place(
    async () => sent,
    () => 0,
    false,
  )
  publisher.add({ ...proved(1, false), since: 999 - OTHERS_AFTER })
  publisher.add({ ...proved(2, false), since: 999 })
  expect(await until(1)).toEqual(['1 sent'])
  for (let i = 0; i < OTHERS_AFTER; i++) mine()
  expect(await until(2)).toEqual(['1 sent', '2 sent'])
  await publisher.stop()
})

test('nobody pays for a result whose block has left the chain, until it is back', async () => {
  const { publisher, chain, mine, until, told } = await place(async () => sent)
  const there = chain.hash
  chain.hash = blockHash(new Uint8Array(32).fill(1))
  publisher.add(proved(1, true))
  publisher.add({ ...proved(2, true), result: { ...result(2), blockHash: chain.hash } })
  expect(await until(1)).toEqual(['2 sent'])
  mine()
  publisher.add({ ...proved(3, true), result: { ...result(3), blockHash: chain.hash } })
  expect(await until(2)).toEqual(['2 sent', '3 sent'])
  chain.hash = there
  mine()
  expect(await until(3)).toEqual(['2 sent', '3 sent', '1 sent'])
  expect(told).toHaveLength(3)
  await publisher.stop()
})

test('others wait for each other in their order, as it was when the first of them had its turn', async () => {
  let before = 2
  const { publisher, counted, told, mine, until } = await place(
    async () => sent,
    () => before,
  )
  for (const height of [1, 2]) publisher.add(proved(height, false))
  for (let i = 0; i < OTHERS_AFTER; i++) mine()
  // What is told of a block shows that it has been looked at.
  publisher.add(proved(3, true))
  expect(await until(1)).toEqual(['3 sent'])
  before = 0
  for (let i = 0; i < 2 * OTHERS_AFTER - 1; i++) mine()
  publisher.add(proved(4, true))
  expect(await until(2)).toEqual(['3 sent', '4 sent'])
  counted.set(hashOf('result 2'), 'other')
  expect(told).toHaveLength(2)
  mine()
  expect(await until(4)).toEqual(['3 sent', '4 sent', '1 sent', '2 spared other'])
  await publisher.stop()
})

test('many before it hold nobody up for long, and none for more than half of what is left until a deadline', async () => {
  const { publisher, told, mine, until } = await place(
    async () => sent,
    () => 48,
  )
  publisher.add(proved(1, false))
  publisher.add({ ...proved(2, false), asker: asker(1, { until: 1_010 }) })
  for (let i = 0; i < 5; i++) mine()
  expect(await until(1)).toEqual(['2 sent'])
  for (let i = 5; i < OTHERS_AFTER * (1 + PLACES) - 1; i++) mine()
  publisher.add(proved(3, true))
  expect(await until(2)).toEqual(['2 sent', '3 sent'])
  for (let i = OTHERS_AFTER * (1 + PLACES) - 1; i < LAST_TURN; i++) mine()
  expect(await until(3)).toEqual(['2 sent', '3 sent', '1 sent'])
  expect(told).toHaveLength(3)
  await publisher.stop()
})

test('what failed is tried again at the next block, and what the budget has no room for is not', async () => {
  let tries = 0
  const { publisher, mine, until } = await place(async ({ height }) => {
    if (height === 2) return { state: 'no-budget', cost: 5n, left: 0n }
    if (tries++ === 0) throw new Error('no node')
    return sent
  })
  publisher.add(proved(1, true))
  await until(1)
  mine()
  expect(await until(2)).toEqual(['1 failed no node', '1 sent'])
  publisher.add(proved(2, true))
  await until(3)
  mine()
  // Nor is it where it is heard of again.
  publisher.add(proved(2, true))
  publisher.add(proved(3, true))
  expect((await until(4)).slice(2)).toEqual(['2 no-budget', '3 sent'])
  await publisher.stop()
})

test('a node tells of what it did not pay for by another name than of what it inscribed', () => {
  const left = 0n
  const outcomes: readonly (readonly [Inscribed | RequestUnpaid, string])[] = [
    [sent, 'inscribed'],
    [{ state: 'gone-on-with', id: 'an id', left }, 'inscribed'],
    [{ state: 'in-chain', id: 'a', left }, 'counts'],
    [{ state: 'charged-before', left }, 'unpaid'],
    [{ state: 'no-budget', cost: 5n, left }, 'unpaid'],
    [{ state: 'request-unpaid', why: 'budget', request: 'a', cost: 5n, left }, 'unpaid'],
  ]
  for (const [outcome, name] of outcomes) expect([outcome.state, settledAs(outcome)]).toEqual([outcome.state, name])
})

test('of what was asked for the record costs no more than a request allows, and is not made after its deadline', async () => {
  const asked: (Asked | null)[] = []
  const { publisher, told, mine, until } = await place(async (_, by) => {
    asked.push(by)
    const most = by?.by.map((one) => one.most) ?? [9n]
    if (most.some((one) => one >= 5n)) return sent
    return { state: 'request-unpaid', why: 'bound', request: '1', cost: 5n, left: 100n }
  })
  publisher.add({ ...proved(1, true), asker: asker(1, { most: 4n }) })
  expect(await until(1)).toEqual(['1 request-unpaid'])
  // Another request allows more.
  publisher.add({ ...proved(1, true), asker: asker(2, { most: 5n }) })
  expect(await until(2)).toEqual(['1 request-unpaid', '1 sent'])
  expect(asked).toMatchObject([
    { by: [{ most: 4n }], height: 1_000 },
    { by: [{ most: 5n }], height: 1_000 },
  ])
  // Of those who wait for one result each has its own bounds.
  publisher.add({ ...proved(2, false), asker: asker(1, { most: 4n }) })
  publisher.add({ ...proved(2, false), asker: asker(2, { most: 6n, until: 1_001 }) })
  publisher.add({ ...proved(2, false), asker: asker(3, { most: 5n }) })
  publisher.add({ ...proved(3, false), asker: asker(4, { until: 1_001 }) })
  for (let i = 0; i < OTHERS_AFTER; i++) mine()
  await until(3)
  publisher.add(proved(4, true))
  await until(4)
  expect(told.slice(2)).toEqual(['2 sent', '4 sent'])
  expect(asked[2]?.by.map(({ request }) => request)).toEqual(['1', '3'])
  expect(asked.slice(3)).toEqual([null])
  await publisher.stop()
})

test('who has had its share waits until there is room again, and another who asks for the same does not', async () => {
  const { publisher, mine, until } = await place(async (_, asked) => {
    const has = asked?.by.some(({ request }) => request === '2') || (asked?.height ?? 0) >= 1_005
    return asked === null || has
      ? sent
      : { state: 'request-unpaid', why: 'share', request: '1', cost: 5n, left: 100n, from: 1_005 }
  })
  for (const height of [1, 2]) publisher.add({ ...proved(height, true), asker: asker(1) })
  expect(await until(2)).toEqual(['1 request-unpaid', '2 request-unpaid'])
  publisher.add({ ...proved(1, true), asker: asker(2) })
  expect((await until(3)).slice(2)).toEqual(['1 sent'])
  for (let height = 1_001; height < 1_005; height++) {
    mine()
    publisher.add(proved(height, true))
    await until(height - 997)
  }
  mine()
  expect((await until(8)).slice(3)).toEqual([...[1_001, 1_002, 1_003, 1_004].map((one) => `${one} sent`), '2 sent'])
  await publisher.stop()
})

test('what the budget for requests has no room for is told once, and the own one pays for it all the same', async () => {
  const { publisher, until } = await place(async (_, asked) =>
    asked === null ? sent : { state: 'request-unpaid', why: 'budget', request: '1', cost: 5n, left: 0n },
  )
  publisher.add({ ...proved(1, true), asker: asker(1) })
  await until(1)
  publisher.add({ ...proved(1, true), asker: asker(2) })
  publisher.add(proved(1, true))
  expect(await until(2)).toEqual(['1 request-unpaid', '1 sent'])
  // Each of the two has its own turn with one result.
  publisher.add(proved(2, true))
  publisher.add({ ...proved(2, true), asker: asker(1) })
  expect((await until(4)).slice(2)).toEqual(['2 sent', '2 request-unpaid'])
  await publisher.stop()
})
