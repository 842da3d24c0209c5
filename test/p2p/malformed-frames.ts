import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { proofGossip } from '../../src/bus/index.ts'
import { syncedOnce } from '../../src/bus/io/index.ts'
import { attestationKind } from '../../src/bus/peers/attestation-kind.ts'
import { pathKind } from '../../src/bus/peers/path-kind.ts'
import { ComputeService } from '../../src/compute/io/service/compute-service.ts'
import { computeGossip } from '../../src/compute/peers/compute-gossip.ts'
import { Registered } from '../../src/compute/scheduling/registered.ts'
import { encodeFrame } from '../../src/p2p/frames.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { protocolPrefix } from '../../src/p2p/protocol-names.ts'
import { answerCertificates } from '../../storage/io/certificate/answer-certificates.ts'
import { chunkKind } from '../../storage/peers/piece-kinds.ts'
import { winGossip } from '../../storage/peers/win-kind.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { at, chain } from '../bus/served-place.ts'
import { rightly, TestChain, testProgram } from '../compute/network/compute-scene.ts'
import { kernel } from '../storage/kernels.ts'
import { alice } from '../storage/record-scene.ts'
import { ReplicaScene } from '../storage/replica-scene.ts'
import { allKinds } from './all-kinds.ts'
import { BusPlace } from './bus-place.ts'
import { addressOf } from './host-place.ts'
import { hostilePeer, noise } from './hostile-peer.ts'

const place = new BusPlace()
const scene = new ReplicaScene()
const { requests, gossip } = await allKinds()
const prefix = protocolPrefix(regtest, null)

/** One that bans nobody: all of them are to be borne. */
const PATIENT = { banAt: Number.MAX_SAFE_INTEGER, banMs: 1, halfLifeMs: 1e9, peers: 100 }

/** Everything but a question: endless lengths, lengths that lie, noise in frames. */
function malformed(number: number): Uint8Array {
  const bytes = noise(number, 1 + (number % 97))
  if (number % 3 === 0) return bytes
  return number % 3 === 1 ? encodeFrame(bytes).subarray(0, bytes.length) : encodeFrame(bytes)
}

const ofWins = winGossip(regtest, '00'.repeat(32))
const PROGRAM = '00'.repeat(32)
const GOSSIP = [proofGossip, ofWins, ...computeGossip([PROGRAM])]

/** A node of the compute network on a host, which proves nothing by itself. */
async function computing(host: PeerHost): Promise<void> {
  const service = new ComputeService({
    ...{ params: regtest, chain: new TestChain(), transport: host, secretKey: alice.publicKey },
    programs: [testProgram(rightly, null, { id: PROGRAM })],
    registered: async () => new Registered(scene.params, []),
  })
  place.hosts.closing.push(() => service.stop())
  await service.start()
}

/** A host that answers every kind there is, of bus, storage and computing, from what it really has. */
async function victim() {
  const { host, publish } = await place.serving({ scores: PATIENT, gossip: GOSSIP })
  host.join(ofWins, async () => 'accept')
  await computing(host)
  const failures: Error[] = []
  host.events.on('failed', (error) => failures.push(error))
  await publish(await fakeProof(at(chain, 10)))
  const { replica } = await scene.replica('victim', { transport: host })
  await replica.start()
  await answerCertificates({
    ...{ transport: host, params: scene.params, key: alice.publicKey, verifyingKey: 'ee'.repeat(32) },
    table: { tip: null, table: new StorageTable(kernel, scene.params) } as never,
    // No question gets as far as that: there is no blob.
    certifier: {} as never,
    from: {} as never,
    hashAt: async () => null,
  })
  return { host, publish, failures }
}

/** So many for each protocol and topic; after 291 all lengths and forms have been. */
export function malformedFrames(count: number): void {
  describe(`${count} malformed frames`, { timeout: 240_000 }, () => {
    it.each([
      ...requests.map(({ name }) => `/${prefix}/${name}`),
      `/${prefix}/kad/1`,
      `/${prefix}/id/1.0.0`,
      `/${prefix}/ping/1.0.0`,
      '/meshsub/1.2.0',
    ])('of %s harm nothing', async (protocol) => {
      const isOurs = requests.some(({ name }) => protocol === `/${prefix}/${name}`)
      const { host, failures } = await victim()
      const peer = await hostilePeer(place.hosts, host)
      let opened = 0
      for (let i = 0; i < count; i++) {
        const connection = await peer.connect()
        const stream = await connection.newStream([protocol]).catch(() => null)
        if (stream === null) continue
        opened++
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
      expect(opened).toBeGreaterThan(count / 2)
      const honest = await place.syncing([addressOf(host)])
      const once = syncedOnce(honest.sync, { wanted: honest.host.wanted, timeoutMs: 30_000, graceMs: 1 })
      await honest.start()
      expect(await once).toMatchObject({ chain: { height: 10 } })
      const { host: asking } = honest
      expect(await asking.ask(host.name, pathKind, 7)).toMatchObject({ ok: true })
      expect(await asking.ask(host.name, attestationKind, { kind: 'header', height: 7 })).toMatchObject({ ok: true })
      const piece = { id: new Uint8Array(32), index: 0xffff_ffff }
      expect(await asking.ask(host.name, chunkKind, piece)).toMatchObject({ ok: false, reject: 'refused' })
      expect(failures).toEqual([])
      if (isOurs) expect(peer.faults.length).toBeGreaterThan(count / 2)
    })

    it.each(gossip.map(({ name }) => name))('of the topic %s go no further', async (name) => {
      const { host, publish, failures } = await victim()
      const behind = await place.syncing([addressOf(host)], { gossip: GOSSIP })
      behind.host.join(ofWins, async () => 'accept')
      await computing(behind.host)
      const heard: number[] = []
      behind.sync.events.on('synced', ({ chain: { height } }) => heard.push(height))
      await behind.start()
      await expect.poll(() => heard).toEqual([10])
      const faultsBehind: string[] = []
      behind.host.events.on('blamed', ({ fault }) => faultsBehind.push(fault))
      const peer = await hostilePeer(place.hosts, host)
      const topic = `/${prefix}/gossip/${name}`
      const { gossip: pubsub } = peer.libp2p.services
      pubsub.subscribe(topic)
      await expect.poll(() => pubsub.getSubscribers(topic).length).toBeGreaterThan(0)
      for (let i = 0; i < count; i++) {
        const bytes = i % 10 === 0 ? noise(i, proofGossip.maxBytes + 1) : noise(i, 1 + i)
        await pubsub.publish(topic, bytes).catch(() => undefined)
      }
      await expect.poll(() => peer.faults.length).toBeGreaterThan(0)
      await publish(await fakeProof(at(chain, 12)))
      await expect.poll(() => heard).toEqual([10, 12])
      expect([failures, faultsBehind]).toEqual([[], []])
    })
  })
}
