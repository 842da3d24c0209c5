import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeHeaderCount } from '../support/compute-network.ts'
import { SettlementPlace } from '../support/settlement-place.ts'

/** A stream is folded on from where it was left, on a regtest chain, and anew where it cannot be. */
let place: SettlementPlace
let graph: string
beforeAll(async () => {
  place = await SettlementPlace.make(0)
  graph = place.file('header-count')
  await writeHeaderCount(graph, 3)
})
afterAll(() => place.remove())

/** Proves at the tip and verifies under a bus proof; the height after which it went on, null for the beginning. */
async function prove(): Promise<number | null> {
  const [result, proof] = [place.file('count.result'), place.file('chain.proof')]
  const proved = await place.run('graph', 'prove', graph, '--out', result, '--json')
  expect(proved).toMatchObject({ exit: 0 })
  await place.json('bus', 'prove', '--out', proof)
  const height = await place.node.client.getBlockCount()
  expect(await place.json('graph', 'verify', result, '--graph', graph, '--proof', proof)).toMatchObject({
    ...{ valid: true, height, state: { count: String(height + 1) } },
  })
  const after = /goes on after height (\d+)/.exec(proved.stderr)?.[1]
  return after === undefined ? null : Number(after)
}

test('a stream goes on from whole trees, and from nothing that is damaged or left by the chain', async () => {
  const tip = () => place.node.client.getBlockCount()
  expect(await prove()).toBeNull()
  await place.node.mine(1)
  const first = (await prove()) as number
  expect(first).toBeGreaterThan((await tip()) - 9)
  await place.node.mine(12)
  expect(await prove()).toBe(first)
  const second = (await prove()) as number
  expect(second).toBeGreaterThan(first)

  // A reorg below the newest one: the one before it is gone on with.
  await place.node.reorg((await tip()) - second + 1)
  const third = (await prove()) as number
  expect(third).toBeGreaterThanOrEqual(first)
  expect(third).toBeLessThan(second)

  const streams = join(place.env.XDG_DATA_HOME as string, 'wsc', 'regtest', 'streams')
  const [program] = await readdir(streams)
  for (const name of await readdir(join(streams, program!))) {
    const file = join(streams, program!, name)
    const bytes = await readFile(file)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(file, bytes)
  }
  await place.node.mine(1)
  expect(await prove()).toBeNull()
}, 300_000)
