import { readFile } from 'node:fs/promises'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { decodeAttestation, type RequestKind, verifyAttestation } from '../../src/bus/index.ts'
import { syncedOnce } from '../../src/bus/io/index.ts'
import { attestationKind } from '../../src/bus/peers/attestation-kind.ts'
import { pathKind } from '../../src/bus/peers/path-kind.ts'
import { proofKind } from '../../src/bus/peers/proof-kind.ts'
import { concatBytes, rejection } from '../../src/lib/index.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { at, chain, provedChain } from '../bus/served-place.ts'
import { BusPlace } from './bus-place.ts'
import { addressOf, nextOf } from './host-place.ts'

const place = new BusPlace()
/** As good as: longer than any test may take. */
const FOR_EVER = 600_000

describe('the bus by p2p', () => {
  it('gives its proof to a peer that has none, verified', async () => {
    const { host, publish } = await place.serving()
    const proof = await fakeProof(at(chain, 10))
    await publish(proof)
    const { sync, file, start } = await place.syncing([addressOf(host)])
    const synced = nextOf(sync.events, 'synced')
    await start()
    expect(await synced).toMatchObject({ chain: { height: 10 }, peer: host.name })
    expect(new Uint8Array(await readFile(file))).toEqual(proof)
  })

  it('tells of a new proof by gossip, which a third host hears from the second', async () => {
    const { host, publish } = await place.serving()
    await publish(await fakeProof(at(chain, 10)))
    const second = await place.syncing([addressOf(host)])
    const secondSynced = nextOf(second.sync.events, 'synced')
    await second.start()
    await secondSynced
    const third = await place.syncing([addressOf(second.host)])
    const thirdSynced = nextOf(third.sync.events, 'synced')
    await third.start()
    expect(await thirdSynced).toMatchObject({ chain: { height: 10 }, peer: second.host.name })
    const newer = nextOf(third.sync.events, 'synced')
    await publish(await fakeProof(at(chain, 12)))
    expect(await newer).toMatchObject({ chain: { height: 12 } })
  })

  it('gives paths', async () => {
    const { host, publish } = await place.serving()
    await publish(await fakeProof(at(chain, 10)))
    const { host: asking, start } = await place.syncing([addressOf(host)])
    await start()
    await meeting(asking, pathKind)
    expect(await asking.ask(host.name, pathKind, 7)).toMatchObject({ ok: true, frames: [{ tipHeight: 10, height: 7 }] })
    expect(await asking.ask(host.name, pathKind, 11)).toMatchObject({ ok: false, reject: 'refused' })
  })

  it('gives attestations in pieces, which verify', async () => {
    const { host, publish } = await place.serving()
    const proof = await fakeProof(at(chain, 10))
    await publish(proof)
    const { host: asking, start } = await place.syncing([addressOf(host)])
    await start()
    await meeting(asking, attestationKind)
    const asked = await asking.ask(host.name, attestationKind, { kind: 'header', height: 7 })
    if (!asked.ok) throw new Error(asked.detail)
    const decoded = decodeAttestation(concatBytes(...asked.frames))
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(verifyAttestation(decoded.attestation, await provedChain(proof), poseidon)).toMatchObject({ ok: true })
    const unknown = { kind: 'tx', txid: 'ab'.repeat(32) } as const
    expect(await asking.ask(host.name, attestationKind, unknown)).toMatchObject({ reject: 'refused' })
  })

  it('says that there is no proof yet, and none is sent that is held', async () => {
    const { host, publish } = await place.serving()
    const { host: asking, start, sync } = await place.syncing([addressOf(host)])
    const untaken = nextOf(sync.events, 'untaken')
    await start()
    expect(await untaken).toMatchObject({ heard: { reject: 'refused', detail: expect.stringContaining('no-proof') } })
    const proof = await fakeProof(at(chain, 10))
    const synced = nextOf(sync.events, 'synced')
    await publish(proof)
    await synced
    expect(await asking.ask(host.name, proofKind, sha256(proof))).toEqual({ ok: true, frames: [null] })
    expect(await asking.ask(host.name, proofKind, null)).toEqual({ ok: true, frames: [proof] })
  })

  it('takes the most work of several peers, and keeps it though others say less', async () => {
    const peers = await Promise.all(
      [8, 12, 10].map(async (height) => {
        const serving = await place.serving()
        await serving.publish(await fakeProof(at(chain, height)))
        return serving.host
      }),
    )
    const { host, sync, start, file } = await place.syncing(peers.map(addressOf))
    const once = syncedOnce(sync, { wanted: host.wanted, timeoutMs: 30_000, graceMs: 20_000 })
    await start()
    expect(await once).toMatchObject({ chain: { height: 12 } })
    expect(new Uint8Array(await readFile(file))).toEqual(await fakeProof(at(chain, 12)))
  })

  it('has nothing where no peer gives anything in time', async () => {
    const { sync: alone, host } = await place.syncing([])
    const { wanted } = host
    expect(await syncedOnce(alone, { wanted, timeoutMs: 20, graceMs: 1000 })).toBeNull()
    const stop = new AbortController()
    const stopped = syncedOnce(alone, { wanted, timeoutMs: 30_000, graceMs: 1000, signal: stop.signal })
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'E_ABORTED' })
  })

  it('ends once every peer that was named has refused, or cannot be reached', async () => {
    const { host: empty } = await place.serving()
    const nobody = '/ip4/127.0.0.1/tcp/1'
    const ofOtherKinds = await place.hosts.started()
    const cutting = await place.hosts.started()
    cutting.events.on('connected', ({ peer }) => {
      for (let i = 0; i < 2; i++) cutting.blame(peer, 'lie', 'banned')
    })
    const others = [empty, ofOtherKinds, cutting].map(addressOf)
    for (const named of [[nobody], ...others.map((one) => [one]), [nobody, ...others, ...others, nobody]]) {
      const { host, sync, start } = await place.syncing(named)
      const once = syncedOnce(sync, { wanted: host.wanted, timeoutMs: FOR_EVER, graceMs: FOR_EVER })
      await start()
      expect(await once).toBeNull()
    }
  })

  it('waits for the peer that was named, whatever strangers refuse or give', async () => {
    const proofs = [await fakeProof(at(chain, 10)), await fakeProof(at(chain, 12))] as const
    const named = await place.hosts.open()
    const strangersHeard = Promise.withResolvers<void>()
    await named.answer(proofKind, async () => {
      await strangersHeard.promise
      return { ok: true, frames: [proofs[1]] }
    })
    await named.start()
    const { host, sync, start } = await place.syncing([addressOf(named)])
    const once = syncedOnce(sync, { wanted: host.wanted, timeoutMs: FOR_EVER, graceMs: 1 })
    const heard = new Set<string>()
    sync.events.on('heard', ({ peer }) => {
      if (heard.add(peer).size === 2) strangersHeard.resolve()
    })
    await start()
    for (const answer of [rejection('no-proof', 'none'), { ok: true, frames: [proofs[0]] } as const]) {
      const stranger = await place.hosts.open({ bootstrap: [addressOf(host)] })
      await stranger.answer(proofKind, async () => answer)
      await stranger.start()
    }
    expect(await once).toMatchObject({ chain: { height: 12 } })
  })

  it('tells of a peer that has more work, and passes its proof on', async () => {
    const ahead = await place.serving()
    const behind = await place.serving({ bootstrap: [addressOf(ahead.host)] })
    await behind.publish(await fakeProof(at(chain, 8)))
    const heard = nextOf(behind.serving.events, 'ahead')
    const { sync, start } = await place.syncing([addressOf(behind.host)])
    const synced = nextOf(sync.events, 'synced', ({ chain: { height } }) => height === 12)
    await start()
    await expect.poll(() => ahead.serving.listeners).toContain(behind.host.name)
    await expect.poll(() => behind.serving.listeners.length).toBe(2)
    await ahead.publish(await fakeProof(at(chain, 12)))
    expect(await heard).toMatchObject({ chain: { height: 12 }, peer: ahead.host.name })
    expect(await synced).toMatchObject({ peer: behind.host.name })
  })
})

/** Until some peer answers this kind. */
async function meeting<Question, Answer>(host: PeerHost, kind: RequestKind<Question, Answer>) {
  await expect.poll(() => host.peers(kind).length).toBeGreaterThan(0)
}
