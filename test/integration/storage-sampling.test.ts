import { afterAll, beforeAll, expect, test } from 'vitest'
import { estimateReplicas } from '../../storage/sampling/estimate.ts'
import { SamplingNetwork, type SamplingProvider } from '../support/sampling-network.ts'
import { FULL, SamplingTicks } from '../support/sampling-ticks.ts'

/** Four keep the first partition, the last one what comes after as well. */
const FOUR = ['amber', 'birch', 'cedar', 'dogwood']
const [EARLY, ALL] = [[0], [0, 1, 2]]
/** Wins that are waited for before anything happens; five replicas of half a partition have five in 23 blocks. */
const ENOUGH = 4
/** A replica that wins in one block of twelve is in so many without a win less often than once in 10⁹ times. */
const MOST_TICKS = 240
/** (11/12)^80 is the first that is below one in a thousand. */
const SILENT_TICKS = 80
/** Gossip of a win is in time for so many blocks more. */
const OVER = 2

let network: SamplingNetwork
beforeAll(async () => {
  network = await SamplingNetwork.make()
})
afterAll(() => network.remove())

/** What one provider says of a partition, as of the last block. */
async function observed(observer: SamplingProvider, partition: number) {
  const { height, partitions } = await observer.estimates()
  const found = partitions.find((one) => one.partition === partition)
  if (found?.estimate == null) throw new Error(`nothing is estimated of partition ${partition}`)
  return { ...found, ...found.estimate, height }
}

test('five providers win exactly what their replicas let them; one is killed, and another takes its place', {
  timeout: 900_000,
}, async () => {
  const keys = await network.register([...FOUR, 'elder', 'fir'])
  const keyOf = (name: string) => keys.get(name) as string
  // The first is whom all others know.
  const four = [await network.start('amber', EARLY, keyOf('amber'))]
  const [elder, raw, observer, ...others] = await Promise.all([
    network.start('elder', ALL, keyOf('elder')),
    // Has all bytes, encodes none of them, and counts for nothing.
    network.start('raw', ALL),
    network.observe('observer'),
    ...FOUR.slice(1).map((name) => network.start(name, EARLY, keyOf(name))),
  ])
  four.push(...others)
  const five = [...four, elder]
  // With its parity half of a partition, and all of one.
  await network.put('common.bin', 85, five, 1)
  await network.put('own.bin', 170, [elder, raw], 2)
  const blobs = await network.blobs()
  const partitionOf = (size: number) => {
    const found = blobs.find(({ chunks }) => chunks === size)
    return Math.floor((found?.first ?? Number.NaN) / FULL)
  }
  const [common, own] = [partitionOf(FULL / 2), partitionOf(FULL)]
  for (const one of five) await one.until('all is encoded', ({ rekept }) => rekept?.to === 'encoded')
  await network.place.node.mine(7)

  const ticks = new SamplingTicks(network, blobs, observer)
  const last = () => ticks.winsOf(own, elder.key).at(-1)?.height ?? Number.POSITIVE_INFINITY
  await ticks.until(MOST_TICKS, five, () => ticks.winsOf(common).length >= ENOUGH && last() < Number.POSITIVE_INFINITY)

  await elder.end()
  for (let over = 0; over < OVER; over++) await ticks.next(four)
  const before = await observed(observer, own)
  let replicas = before.replicas
  await ticks.until(MOST_TICKS, four, async () => {
    const { to, silent, replicas: now, keys: seen } = await observed(observer, own)
    // As soon as the last one that may have been silent by chance is over, and not a block earlier.
    expect(silent).toBe((to as number) >= last() + SILENT_TICKS)
    expect(seen.find(({ key }) => key === elder.key)?.silent).toBe(silent)
    if (now !== before.replicas) expect(now).toBeLessThan(replicas)
    replicas = now
    return silent
  })
  const fallen = await observed(observer, own)
  expect(fallen).toMatchObject({ wins: before.wins, height: last() + SILENT_TICKS + OVER })

  const status = await network.run('storage', 'status', '--storage-dir', observer.folder)
  expect(status).toMatch(/SILENT: a whole replica would have won since[\s\S]*free on this network/)

  const fir = await network.start('fir', ALL, keyOf('fir'))
  for (const { id } of blobs) await fir.until('it is whole', ({ blob }) => blob?.id === id && blob.state === 'whole')
  for (let tick = 0; !(await ticks.next(four, fir)); tick++) expect(tick).toBeLessThan(MOST_TICKS)
  const again = [...four, fir]
  await ticks.until(MOST_TICKS, again, () => ticks.winsOf(own, fir.key).length > 0)
  for (let over = 0; over < OVER; over++) await ticks.next(again)
  const risen = await observed(observer, own)
  expect(risen).toMatchObject({
    silent: false,
    wins: before.wins + ticks.winsOf(own, fir.key).filter(({ height }) => height <= (risen.to as number)).length,
  })
  expect(risen.keys.find(({ key }) => key === elder.key)?.silent).toBe(true)
  expect(risen.keys.find(({ key }) => key === fir.key)?.silent).toBe(false)

  for (const partition of [common, own]) {
    for (const one of [observer, ...four]) {
      const said = await observed(one, partition)
      // Blocks before those that were looked at may be among them.
      const first = ticks.heights[0] as number
      const early = one.told.flatMap(({ win }) => (win?.partition === partition && win.height < first ? [win] : []))
      expect(said.wins).toBe(early.length + ticks.counted(partition, first, said.to as number).length)
      expect(said.ticks).toBeGreaterThanOrEqual(ticks.heights.length - OVER)
      // At the first of them the table was, as of six blocks before, perhaps empty.
      const [sampled, chance] = [
        ticks.heights.filter((height) => height <= (said.to as number)),
        ticks.chance(partition),
      ]
      expect(said.expected / chance).toBeGreaterThan(sampled.length - 1e-6)
      expect(said.expected / chance).toBeLessThan(said.ticks + 1e-6)
      expect(said.estimate).toEqual(estimateReplicas(said.wins, said.expected))
    }
  }
  const [wins, expected] = [ticks.winsOf(common).length, ticks.expected(common)]
  console.log(
    `${ticks.heights.length} blocks: ${wins} wins in the common partition, ${expected.toFixed(1)} expected; of the other ${before.replicas.toFixed(2)}, ${fallen.replicas.toFixed(2)}, ${risen.replicas.toFixed(2)} replicas`,
  )
  // That they are just those that the disks say is shown above; by chance they are further off less often than once in 10⁹ times.
  expect(Math.abs(wins - expected)).toBeLessThan(7 * Math.sqrt(expected))
  // What anybody told twice, or too late, was taken by nobody.
  for (const one of again) expect(one.run.stderr()).not.toContain('is not taken')
})
