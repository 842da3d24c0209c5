import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { regtest, signet } from '../../src/bitcoin/index.ts'
import { newIdentity } from '../../src/p2p/identity.ts'
import { HOST_LIMITS } from '../../src/p2p/limits.ts'
import { openLibp2p } from '../../src/p2p/open-libp2p.ts'
import { protocolPrefix, topicId } from '../../src/p2p/protocol-names.ts'
import { Scoreboard } from '../../src/p2p/scoreboard.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { at, chain } from '../bus/served-place.ts'
import { BusPlace } from './bus-place.ts'
import { echo, openEchoing } from './echo-kind.ts'
import { addressOf, nextOf } from './host-place.ts'
import { hostilePeer } from './hostile-peer.ts'

const place = new BusPlace()
const echoing = (options: Parameters<typeof openEchoing>[1] = {}) => openEchoing(place.hosts, options)

describe('a flood', () => {
  it('of gossip, proofs that hold among it, ends with a ban; others are heard', async () => {
    const { host, publish } = await place.serving()
    await publish(await fakeProof(at(chain, 11)))
    const behind = await place.syncing([addressOf(host)])
    const heard: number[] = []
    behind.sync.events.on('synced', ({ chain: { height } }) => heard.push(height))
    await behind.start()
    await expect.poll(() => heard).toEqual([11])
    const { libp2p, name, faults } = await hostilePeer(place.hosts, host)
    const topic = topicId(protocolPrefix(regtest), 'bus/proof/1')
    const { gossip } = libp2p.services
    gossip.subscribe(topic)
    await expect.poll(() => gossip.getSubscribers(topic).length).toBeGreaterThan(0)
    const banned = nextOf(host.events, 'banned')
    // Old proofs, each another file: none is a lie.
    for (let height = 10; height >= 3; height--) {
      for (let steps = height; steps >= Math.ceil(height / 2); steps--) {
        await gossip.publish(topic, await fakeProof(at(chain, height), { steps })).catch(() => undefined)
      }
    }
    for (let i = 0; i < 1000 && !host.isBanned(name); i++) {
      const proof = await fakeProof(at(chain, 9), { changes: { keyId: `other:${i}` } })
      await gossip.publish(topic, proof).catch(() => undefined)
    }
    expect(await banned).toEqual({ peer: name })
    expect(new Set(faults)).toEqual(new Set(['flood']))
    await publish(await fakeProof(at(chain, 12)))
    await expect.poll(() => heard).toEqual([11, 12])
  })

  it('of connections that say nothing is bounded by their address, and lets others in', async () => {
    const host = await echoing({ limits: { connectionsPerAddress: 20, newConnectionsPerSecond: 1000 } })
    const port = Number(/\/tcp\/([0-9]+)/.exec(addressOf(host))?.[1])
    const sockets: Socket[] = []
    let closed = 0
    for (let i = 0; i < 60; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined).on('close', () => closed++)
      sockets.push(socket)
    }
    await expect.poll(() => closed).toBeGreaterThanOrEqual(40)
    // Once those that were borne go, there is room for who has something to say.
    for (const socket of sockets) socket.destroy()
    const honest = await place.hosts.open({ bootstrap: [addressOf(host)] })
    const met = new Promise<string>((resolve) => honest.meet(echo, resolve))
    await honest.start()
    expect(await met).toBe(host.name)
    expect(await honest.ask(host.name, echo, Uint8Array.of(1))).toMatchObject({ ok: true })
  })

  it('of streams that name no protocol leaves room for those that do', async () => {
    const host = await echoing()
    const peer = await hostilePeer(place.hosts, host)
    const connection = await peer.connect()
    // Beyond libp2p's own doings: the muxer itself.
    const { muxer } = connection as unknown as { muxer: { createStream(): Promise<{ abort(error: Error): void }> } }
    const streams = await Promise.allSettled(Array.from({ length: 1000 }, async () => await muxer.createStream()))
    const honest = await place.hosts.open({ bootstrap: [addressOf(host)] })
    const met = new Promise<string>((resolve) => honest.meet(echo, resolve))
    await honest.start()
    await met
    expect(await honest.ask(host.name, echo, Uint8Array.of(1))).toMatchObject({ ok: true })
    for (const stream of streams) if (stream.status === 'fulfilled') stream.value.abort(new Error('done'))
  })
})

describe('an address of our own network', () => {
  it('is not knocked at because a peer, or the DHT, names it as its own', async () => {
    let knocked = 0
    const server = createServer((socket) => {
      knocked++
      socket.destroy()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const named = multiaddr(`/ip4/127.0.0.1/tcp/${port}`)
    const open = async (params: typeof signet) => {
      const scores = new Scoreboard(() => 0)
      const identity = await newIdentity()
      const none = { listen: [], announce: [], named: [], gossip: [] }
      const libp2p = await openLibp2p({
        params,
        prefix: protocolPrefix(params),
        identity,
        limits: HOST_LIMITS,
        scores,
        ...none,
      })
      await libp2p.start()
      place.hosts.closing.push(() => libp2p.stop())
      const other = peerIdFromPrivateKey(await newIdentity())
      await libp2p.peerStore.patch(other, { multiaddrs: [named] })
      await expect(libp2p.dialProtocol(other, '/x/1')).rejects.toThrow()
    }
    try {
      await open(signet)
      expect(knocked).toBe(0)
      // Where all are on networks of their operator it is dialled: nobody there, but it was tried.
      await open(regtest)
      expect(knocked).toBe(1)
    } finally {
      server.close()
    }
  })
})
