import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { attestationKind, type Fault, pathKind, proofKind } from '../../src/bus/index.ts'
import { syncedOnce } from '../../src/bus/io/index.ts'
import { encodeFrame } from '../../src/p2p/frames.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { protocolPrefix } from '../../src/p2p/protocol-names.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { at, chain, reorganised } from '../bus/served-place.ts'
import { BusPlace } from './bus-place.ts'
import { addressOf } from './host-place.ts'
import { hostilePeer } from './hostile-peer.ts'

const place = new BusPlace()

/** Bytes without a pattern, the same in every run. */
function noise(seed: number, length: number): Uint8Array {
  let state = (seed + 1) * 2_654_435_761
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

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
    const once = syncedOnce(sync, { peers: 101, timeoutMs: 200_000, graceMs: 200_000 })
    await start()
    expect(await once).toMatchObject({ chain: { height: 12 } })
    expect(banned).toEqual(new Set(liars.map(({ name }) => name)))
    expect(failures).toEqual([])
    expect(host.peers(proofKind)).toEqual([honest.host.name])
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
    const once = syncedOnce(sync, { peers: 3, timeoutMs: 200_000, graceMs: 200_000 })
    await start()
    expect((await once)?.chain.height).toBeGreaterThan(3)
    expect(faults).toEqual([])
  })
})

describe('a thousand malformed frames', { timeout: 240_000 }, () => {
  const PATIENT = { banAt: Number.MAX_SAFE_INTEGER, banMs: 1, halfLifeMs: 1e9, peers: 100 }

  /** Everything but a question: endless lengths, lengths that lie, noise in frames. */
  function malformed(number: number): Uint8Array {
    const bytes = noise(number, 1 + (number % 97))
    return number % 3 === 0
      ? bytes
      : number % 3 === 1
        ? encodeFrame(bytes).subarray(0, bytes.length)
        : encodeFrame(bytes)
  }

  it.each([
    ['bus/proof/1', `/${protocolPrefix(regtest)}/bus/proof/1`],
    ['bus/path/1', `/${protocolPrefix(regtest)}/bus/path/1`],
    ['bus/attestation/1', `/${protocolPrefix(regtest)}/bus/attestation/1`],
    ['kad-dht', `/${protocolPrefix(regtest)}/kad/1`],
    ['identify', `/${protocolPrefix(regtest)}/id/1.0.0`],
    ['gossipsub', '/meshsub/1.2.0'],
  ])('of %s harm nothing', async (_, protocol) => {
    const isOurs = protocol.includes('/bus/')
    const { host, publish } = await place.serving({ scores: PATIENT })
    const failures: Error[] = []
    host.events.on('failed', (error) => failures.push(error))
    await publish(await fakeProof(at(chain, 10)))
    const peer = await hostilePeer(place.hosts, host)
    for (let i = 0; i < 1000; i++) {
      const connection = await peer.connect()
      const stream = await connection.newStream([protocol]).catch(() => null)
      if (stream === null) continue
      const closed = new Promise<void>((resolve) => stream.addEventListener('close', () => resolve(), { once: true }))
      try {
        stream.send(malformed(i))
        await stream.close()
      } catch {
        // It may have been broken off before all was sent.
      }
      // Ours all end; libp2p's own wait for more.
      if (isOurs) await closed
      else stream.abort(new Error('done'))
    }
    const honest = await place.syncing([addressOf(host)])
    const once = syncedOnce(honest.sync, { peers: 1, timeoutMs: 30_000, graceMs: 1 })
    await honest.start()
    expect(await once).toMatchObject({ chain: { height: 10 } })
    expect(await honest.host.ask(host.name, pathKind, 7)).toMatchObject({ ok: true })
    expect(await honest.host.ask(host.name, attestationKind, { kind: 'header', height: 7 })).toMatchObject({ ok: true })
    expect(failures).toEqual([])
    if (isOurs) expect(peer.faults.length).toBeGreaterThan(500)
  })
})
