import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import type { Fault } from '../../src/bus/index.ts'
import { syncedOnce } from '../../src/bus/io/index.ts'
import { proofKind } from '../../src/bus/peers/proof-kind.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { protocolPrefix } from '../../src/p2p/protocol-names.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { at, chain, reorganised } from '../bus/served-place.ts'
import { BusPlace } from './bus-place.ts'
import { addressOf, nextOf } from './host-place.ts'
import { hostilePeer, noise } from './hostile-peer.ts'

const place = new BusPlace()

/** Answers to a question for a proof that no honest peer gives, each of its own. */
async function lie(number: number): Promise<Uint8Array> {
  const proof = await fakeProof(at(chain, 12), { changes: { snark: noise(number, 700) } })
  const other = await fakeProof(at(chain, 12))
  switch (number % 4) {
    case 0:
      return proof
    case 1:
      return other.with(200 + number, (other[200 + number] as number) ^ 1)
    case 2:
      return other.subarray(0, 100 + number)
    default:
      return noise(number, 500)
  }
}

// A hundred and two hosts in one process take their time on a busy machine.
describe('a hundred lying peers against one honest', { timeout: 240_000 }, () => {
  it('are found out, and the chain is synced', async () => {
    const honest = await place.serving()
    await honest.publish(await fakeProof(at(chain, 12)))
    const liars: PeerHost[] = []
    for (let i = 0; i < 100; i++) {
      const liar = await place.hosts.open()
      const forged = await lie(i)
      await liar.answer(proofKind, async () => ({ ok: true, frames: [forged] }))
      await liar.start()
      liars.push(liar)
    }
    const addresses = [...liars.slice(0, 50), honest.host, ...liars.slice(50)].map(addressOf)
    const { host, sync, start } = await place.syncing(addresses)
    const banned = new Set<string>()
    const failures: Error[] = []
    host.events.on('banned', ({ peer }) => banned.add(peer))
    host.events.on('failed', (error) => failures.push(error))
    const once = syncedOnce(sync, { wanted: host.wanted, timeoutMs: 200_000, graceMs: 200_000 })
    await start()
    expect(await once).toMatchObject({ chain: { height: 12 } })
    expect(banned).toEqual(new Set(liars.map(({ name }) => name)))
    expect(failures).toEqual([])
    expect(host.peers(proofKind)).toEqual([honest.host.name])
  })

  it('that are silent keep nobody from being heard', async () => {
    const honest = await place.serving()
    await honest.publish(await fakeProof(at(chain, 12)))
    const silent = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const host = await place.hosts.open()
        await host.answer(proofKind, () => new Promise(() => undefined))
        await host.start()
        return host
      }),
    )
    const { sync, start } = await place.syncing([...silent, honest.host].map(addressOf))
    const heard = nextOf(sync.events, 'heard')
    await start()
    expect(await heard).toMatchObject({ peer: honest.host.name, heard: { ok: true, newer: true } })
  })

  it('by gossip are found out too, and their lies go no further', async () => {
    const { host, publish } = await place.serving()
    await publish(await fakeProof(at(chain, 10)))
    const behind = await place.syncing([addressOf(host)])
    const heard: number[] = []
    behind.sync.events.on('synced', ({ chain: { height } }) => heard.push(height))
    await behind.start()
    await expect.poll(() => heard).toEqual([10])
    const liar = await hostilePeer(place.hosts, host)
    const topic = `/${protocolPrefix(regtest)}/gossip/bus/proof/1`
    liar.libp2p.services.gossip.subscribe(topic)
    await expect.poll(() => liar.libp2p.services.gossip.getSubscribers(topic).length).toBeGreaterThan(0)
    await liar.libp2p.services.gossip.publish(topic, await lie(0))
    await expect.poll(() => liar.faults).toEqual(['lie'])
    await publish(await fakeProof(at(chain, 12)))
    await expect.poll(() => heard).toEqual([10, 12])
  })

  it('gain nothing by an old proof, nor by one of as much work on another branch', async () => {
    const honest = await place.serving()
    await honest.publish(await fakeProof(at(chain, 12)))
    const proofs = await Promise.all([fakeProof(at(reorganised, 12)), fakeProof(at(chain, 3))])
    const others = await Promise.all(
      proofs.map(async (proof) => {
        const other = await place.hosts.open()
        await other.answer(proofKind, async () => ({ ok: true, frames: [proof] }))
        await other.start()
        return other
      }),
    )
    const { host, sync, start } = await place.syncing([honest.host, ...others].map(addressOf))
    const faults: Fault[] = []
    host.events.on('blamed', ({ fault }) => faults.push(fault))
    const once = syncedOnce(sync, { wanted: host.wanted, timeoutMs: 200_000, graceMs: 200_000 })
    await start()
    expect((await once)?.chain.height).toBeGreaterThan(3)
    expect(faults).toEqual([])
  })
})
