import { expect, it } from 'vitest'
import { computeGossip } from '../../src/compute/index.ts'
import { resultGossip } from '../../src/compute/peers/result-kind.ts'
import { addressOf, HostPlace } from './host-place.ts'

const place = new HostPlace()

it('a peer of 256 programs, the most that one announces, is known to listen to the results of each', {
  timeout: 60_000,
}, async () => {
  const programs = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0').repeat(32))
  const join = async (bootstrap: readonly string[]) => {
    const host = await place.open({ gossip: computeGossip(programs), bootstrap })
    const gossips = programs.map((program) => host.join(resultGossip(program), async () => 'accept'))
    await host.start()
    return { host, gossips }
  }
  const one = await join([])
  const two = await join([addressOf(one.host)])
  for (const { gossips } of [one, two]) {
    const heardBy = () => gossips.filter((gossip) => gossip.listeners().length === 1).length
    await expect.poll(heardBy, { timeout: 30_000 }).toBe(256)
  }
})
