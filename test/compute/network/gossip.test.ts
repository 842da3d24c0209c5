import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computeGossip } from '../../../src/compute/peers/compute-gossip.ts'
import { resultGossip } from '../../../src/compute/peers/result-kind.ts'
import type { ResultMessage } from '../../../src/compute/peers/result-message.ts'
import type { PeerHost } from '../../../src/p2p/index.ts'
import { addressOf, HostPlace, nextOf } from '../../p2p/host-place.ts'
import { ComputeScene, FIRST, hashOf, messageOf, PROGRAM, type Proves, proofOf } from './compute-scene.ts'

const place = new HostPlace()
const gossip = computeGossip([PROGRAM])
const kind = resultGossip(PROGRAM)

let scene: ComputeScene
beforeEach(() => {
  scene = new ComputeScene()
})
afterEach(() => scene.end())

/** Proves nothing, so that all that is known came from peers. */
const waits: Proves = (_, signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

async function node(name: string, bootstrap: readonly string[]) {
  const host = await place.open({ gossip, bootstrap })
  const { service } = await scene.node(name, waits, { transport: host })
  await host.start()
  return { host, service, heard: () => nextOf(service.events, 'result') }
}

/** One that takes part in gossip, and does not care what it hears. */
async function stranger(host: PeerHost) {
  const own = await place.open({ gossip, bootstrap: [addressOf(host)] })
  const joined = own.join(kind, async () => 'ignore')
  await own.start()
  await expect.poll(() => joined.listeners().length, { timeout: 20_000 }).toBe(1)
  return { name: own.name, publish: (message: ResultMessage) => joined.publish(message) }
}

describe('results among hosts with sockets', { timeout: 60_000 }, () => {
  it('reach who is not connected with who gave them, once of each identity, and lies go no further', async () => {
    scene.register('one', 'two')
    const one = await node('one', [])
    const two = await node('two', [addressOf(one.host)])
    await expect.poll(() => one.service.standing[0]?.serving.length, { timeout: 20_000 }).toBe(2)
    const giver = await stranger(one.host)
    const heard = [one.heard(), two.heard()]
    await giver.publish(messageOf(FIRST))
    expect(await Promise.all(heard)).toMatchObject([{ from: giver.name }, { from: one.host.name }])

    const refused: string[] = []
    for (const { service } of [one, two]) service.events.on('refused', ({ peer }) => refused.push(peer))
    const banned = nextOf(one.host.events, 'banned')
    const liar = await stranger(one.host)
    scene.chain.grow(FIRST + 1)
    await liar.publish(messageOf(FIRST + 1, proofOf(FIRST + 1, hashOf(FIRST))))
    expect(await banned).toEqual({ peer: liar.name })
    // A second proof of what is known is no news; the next that is news shows that all before it was heard.
    const more = [one.heard(), two.heard()]
    await giver.publish(messageOf(FIRST, proofOf(FIRST, hashOf(FIRST), 1)))
    await giver.publish(messageOf(FIRST + 1))
    // By now the second may have met the giver too.
    const news = { message: { result: { height: FIRST + 1 } } }
    expect(await Promise.all(more)).toMatchObject([news, news])
    expect(refused).toEqual([liar.name])
  })
})
