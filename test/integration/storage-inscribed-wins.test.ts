import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SamplingNetwork } from '../support/sampling-network.ts'
import { FULL } from '../support/sampling-ticks.ts'

/** A replica that wins in one block of twelve is in so many without a win less often than once in 10⁹ times. */
const MOST_TICKS = 240
/** Room for some wins, and not for all that there may be. */
const BUDGET = 100_000

let network: SamplingNetwork
beforeAll(async () => {
  network = await SamplingNetwork.make()
})
afterAll(() => network.remove())

const gathered = z.tuple([z.object({ valid: z.literal(true), bytes: z.int() })])
const verified = z.tuple([
  z.object({
    valid: z.literal(true),
    keys: z.tuple([z.object({ key: z.string(), winRecords: z.int() })]),
    claim: z.object({ says: z.string(), notShown: z.array(z.string()) }),
    replication: z.unknown(),
  }),
])

test('a win is inscribed in time, a certificate carries it, and who has a table judges it by the chain alone', {
  timeout: 900_000,
}, async () => {
  const key = (await network.register(['amber'])).get('amber') as string
  const amber = await network.start('amber', [0, 1], key, ['--certify', '--inscribe-wins', String(BUDGET)])
  // With its parity all of a partition; what lists it comes after.
  await network.put('full.bin', 170, [amber], 1)
  const [blob] = await network.blobs()
  if (blob?.chunks !== FULL || blob.first !== 0) throw new Error('the content is not the whole first partition')
  await amber.until('all is encoded', ({ rekept }) => rekept?.to === 'encoded')
  await network.place.node.mine(7)

  let isInscribed = false
  for (let tick = 0; !isInscribed; tick++) {
    expect(tick).toBeLessThan(MOST_TICKS)
    const { height } = await network.mine()
    await amber.until(`${height} is sampled`, ({ sampled }) => sampled?.height === height && sampled.partition === 0)
    if (
      amber.told.some(({ sampled }) => sampled?.height === height && sampled.partition === 0 && sampled.state === 'won')
    ) {
      await amber.until(`the win at ${height} is inscribed`, ({ inscribed }) => inscribed?.height === height)
      isInscribed = true
    }
  }
  const inscribed = amber.told.flatMap(({ inscribed: one }) => (one === undefined ? [] : [one]))
  expect(inscribed.every(({ state }) => state === 'sent')).toBe(true)
  expect(inscribed.reduce((left, { cost }) => left - Number(cost), BUDGET)).toBe(Number(inscribed.at(-1)?.left))
  // Commit and reveal are in the next block, which is in time; the block that draws comes after.
  await network.place.node.mine(12)

  const proof = network.place.file('chain.proof')
  const file = network.place.file('full.certificate')
  const under = ['--proof', proof]
  await network.json('bus', 'prove', '--out', proof)
  gathered.parse(await network.json('storage', 'certify', blob.id, '--peer', amber.address, ...under, '--out', file))
  const [alone] = verified.parse(await network.json('storage', 'verify', file, ...under))
  expect(alone).toMatchObject({ keys: [{ key }], replication: 'not shown' })
  const records = alone.keys[0].winRecords
  expect(records).toBeGreaterThanOrEqual(1)
  expect(alone.claim.notShown[0]).toContain('separate copies')

  // By the table of a node that never heard of the win but from the chain.
  const own = ['--own-table', '--storage-dir', network.place.file('judge'), '--settlement-dir', network.place.file('j')]
  const [judged] = verified.parse(await network.json('storage', 'verify', file, ...under, ...own))
  expect(judged.replication).toMatchObject({
    ...{ partition: 0, keys: [{ key, wins: records, uncounted: [], cost: { isFree: true } }] },
  })
  // Of so few blocks nothing is estimated: more is not claimed than without.
  expect(judged.replication).toMatchObject({ keys: [{ estimate: null }] })
  expect(judged.claim).toEqual(alone.claim)

  // Brought to a later proof, it says the same.
  await network.place.node.mine(3)
  await network.json('bus', 'prove', '--out', proof)
  const later = network.place.file('later.certificate')
  await network.json('storage', 'refresh', file, ...under, '--out', later)
  const [again] = verified.parse(await network.json('storage', 'verify', later, ...under, ...own))
  expect(withoutMeasured(again)).toEqual(withoutMeasured(judged))
})

/** What this machine takes to encode a unit is measured anew by each judge. */
function withoutMeasured(said: object): unknown {
  const measured = ['unitSeconds', 'coreSeconds', 'cardSeconds']
  return JSON.parse(JSON.stringify(said, (name, value) => (measured.includes(name) ? undefined : value)))
}
