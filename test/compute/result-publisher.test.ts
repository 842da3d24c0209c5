import { expect, test } from 'vitest'
import { type BlockHash, blockHash } from '../../src/bitcoin/index.ts'
import { settledAs } from '../../src/cli/results-text.ts'
import type { Inscribed } from '../../src/compute/io/results/result-inscriber.ts'
import {
  LAST_TURN,
  OTHERS_AFTER,
  PLACES,
  type PublisherEvents,
  ResultPublisher,
} from '../../src/compute/io/results/result-publisher.ts'
import type { ResultsEvents } from '../../src/compute/io/results/results-service.ts'
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

/** A publisher over a chain of which only the tip's height and what counts matter; it hears of the first tip, or has to ask. */
async function place(
  inscribe: (result: ProgramResult, most?: bigint) => Promise<Inscribed>,
  turn = () => 0,
  hearsFirst = true,
) {
  let height = 999
  const tips = new Emitter<ResultsEvents>()
  const counted = new Map<string, string>()
  const results = {
    ...{ events: tips, caughtUp: async () => {}, countedBy: async (id: string) => counted.get(id) ?? null },
    tip: async () => ({ height, hash: '' }),
  }
  const publisher = new ResultPublisher({ results, inscribe, place: turn, payer: new Uint8Array(32) })
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
  return { publisher, counted, told, mine, until }
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
  publisher.add({ ...proved(2, false), until: 1_010 })
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
  const outcomes: readonly (readonly [Inscribed, string])[] = [
    [sent, 'inscribed'],
    [{ state: 'gone-on-with', id: 'an id', left }, 'inscribed'],
    [{ state: 'in-chain', id: 'a', left }, 'counts'],
    [{ state: 'charged-before', left }, 'unpaid'],
    [{ state: 'no-budget', cost: 5n, left }, 'unpaid'],
  ]
  for (const [outcome, name] of outcomes) expect([outcome.state, settledAs(outcome)]).toEqual([outcome.state, name])
})

test('of what was asked for the record costs no more than a request allows, and is not made after its deadline', async () => {
  const asked: (bigint | undefined)[] = []
  const { publisher, told, mine, until } = await place(async (_, most) => {
    asked.push(most)
    return (most ?? 9n) < 5n ? { state: 'no-budget', cost: 5n, left: 100n } : sent
  })
  publisher.add({ ...proved(1, true), most: 4n, until: 1_001 })
  expect(await until(1)).toEqual(['1 no-budget'])
  // Another request allows more.
  publisher.add({ ...proved(1, true), most: 5n, until: 1_001 })
  expect(await until(2)).toEqual(['1 no-budget', '1 sent'])
  expect(asked).toEqual([4n, 5n])
  // Of two that wait the greater bound holds, whichever was first.
  publisher.add({ ...proved(2, false), most: 4n, until: 1_100 })
  publisher.add({ ...proved(2, false), most: 6n, until: 1_001 })
  publisher.add({ ...proved(2, false), most: 5n, until: 1_100 })
  publisher.add({ ...proved(3, false), most: 9n, until: 1_001 })
  for (let i = 0; i < OTHERS_AFTER; i++) mine()
  await until(3)
  publisher.add(proved(4, true))
  await until(4)
  expect(told.slice(2)).toEqual(['2 sent', '4 sent'])
  expect(asked.slice(2)).toEqual([6n, undefined])
  await publisher.stop()
})
