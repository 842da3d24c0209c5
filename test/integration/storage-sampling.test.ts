import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { estimateReplicas } from '../../storage/sampling/estimate.ts'
import { winProbability, winThreshold } from '../../storage/sampling/threshold.ts'
import { someBytes } from '../storage/bytes.ts'
import { PARTITION_BITS, SamplingNetwork } from '../support/sampling-network.ts'

const NAMES = ['amber', 'birch', 'cedar']
const FULL = 2 ** PARTITION_BITS
/** Wins that are waited for; three replicas have one in four blocks. */
const ENOUGH = 4
const MOST_TICKS = 80

let network: SamplingNetwork
beforeAll(async () => {
  network = await SamplingNetwork.make()
})
afterAll(() => network.remove())

const status = z.tuple([
  z.object({
    height: z.int(),
    partitions: z.array(
      z.object({
        number: z.int(),
        fill: z.int(),
        estimate: z
          .object({
            asOf: z.int(),
            ticks: z.int(),
            from: z.int(),
            to: z.int(),
            wins: z.int(),
            expected: z.number(),
            estimate: z.object({ replicas: z.number(), least: z.number(), most: z.number() }),
            cost: z.object({ isFree: z.literal(true) }).loose(),
          })
          .loose()
          .nullable(),
      }),
    ),
  }),
])
const blobs = z.array(z.object({ id: z.string(), first: z.int(), chunks: z.int() }))

test('three providers win exactly what their replicas let them, and each counts the same', {
  timeout: 900_000,
}, async () => {
  const keys = await network.register(NAMES)
  for (const name of NAMES) await network.start(name, keys.get(name) as string)
  const { place, providers } = network
  // 255 units: with its parity the file takes all of a partition.
  const file = await place.put('full.bin', Buffer.from(someBytes(170 * 7_936)))
  const peers = providers.map(({ port }) => `/ip4/127.0.0.1/tcp/${port}`).join(',')
  await network.json('storage', 'put', file, '--peer', peers, '--copies', '3')
  const listed = blobs.parse(await network.json('storage', 'ls'))
  const [full] = listed.filter(({ chunks }) => chunks === FULL)
  const first = full?.first as number
  const partition = first / FULL
  expect(Number.isInteger(partition)).toBe(true)
  for (const one of providers) await one.until('all is encoded', ({ rekept }) => rekept?.to === 'encoded')
  await place.node.mine(7)

  const wins: { height: number; key: string }[] = []
  const sampled: number[] = []
  for (let tick = 0; wins.length < ENOUGH; tick++) {
    expect(tick).toBeLessThan(MOST_TICKS)
    const { height, hash } = await network.mine()
    sampled.push(height)
    for (const one of providers) {
      await one.until(`${height} is sampled`, ({ sampled: of }) => of?.height === height && of.partition === partition)
      const won = (await one.winningTries(listed, first, FULL, hash)).length > 0
      const said = one.told.find(({ sampled: of }) => of?.height === height && of.partition === partition)?.sampled
      expect(said).toMatchObject({ won, missed: 0 })
      if (won) wins.push({ height, key: one.key })
    }
    // Everybody hears of every win before the next block.
    for (const win of wins.filter((one) => one.height === height)) {
      for (const one of providers) {
        await one.until(`the win at ${height}`, ({ win: of }) => of?.height === height && of.key === win.key)
      }
    }
  }
  // The last of them are over once two more blocks have come.
  await network.mine()
  const { height } = await network.mine()
  const q = winProbability(winThreshold(PARTITION_BITS), FULL)
  for (const one of providers) {
    await one.until(`estimates at ${height}`, ({ estimated }) => estimated === height)
    const [said] = status.parse(await network.json('storage', 'status', '--storage-dir', one.folder))
    const { estimate } = said.partitions.find(({ number }) => number === partition) ?? {}
    if (estimate === undefined || estimate === null) throw new Error('nothing is estimated')
    const { from, to } = estimate
    // Blocks before those that were looked at may be among them.
    const told = new Set(
      one.told.flatMap(({ win }) =>
        win?.partition === partition && win.height >= from && win.height <= to ? [`${win.height} ${win.key}`] : [],
      ),
    )
    expect(estimate).toMatchObject({ asOf: height, wins: told.size })
    const ours = wins.filter((win) => win.height <= to).map((win) => `${win.height} ${win.key}`)
    const looked = [...told].filter((win) => Number(win.split(' ')[0]) >= (sampled[0] as number))
    expect(looked.sort()).toEqual(ours.sort())
    expect(sampled.every((tick) => tick >= from && tick <= to)).toBe(true)
    expect(estimate.expected).toBeGreaterThan(q * sampled.length * 0.999)
    expect(estimate.estimate).toEqual(estimateReplicas(estimate.wins, estimate.expected))
  }
  // What anybody told twice, or too late, was taken by nobody.
  for (const one of providers) expect(one.run.stderr()).not.toContain('is not taken')
})
