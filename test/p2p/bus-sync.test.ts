import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { pathKind } from '../../src/bus/index.ts'
import { PeerServing, PeerSync } from '../../src/bus/io/index.ts'
import { fakeOptions, fakeProof } from '../bus/fake-proof.ts'
import { at, chain, ServedPlace } from '../bus/served-place.ts'
import { addressOf, HostPlace, nextOf } from './host-place.ts'

const hosts = new HostPlace()
const served = new ServedPlace()
const verifyOptions = () => fakeOptions

/** A host that serves what its bus has. */
async function servingHost() {
  const { bus, publish } = await served.serving()
  const host = await hosts.open()
  const serving = new PeerServing({ bus, transport: host, verifyOptions })
  await serving.start()
  await host.start()
  hosts.closing.push(() => serving.stop())
  return { host, serving, bus, publish }
}

/** A host with an empty directory that syncs from peers. */
async function syncingHost(...bootstrap: string[]) {
  const file = hosts.file('synced.proof')
  const host = await hosts.open({ bootstrap })
  const sync = new PeerSync({ transport: host, file, verifyOptions })
  const untaken: string[] = []
  sync.events.on('untaken', ({ heard }) => untaken.push(`${heard.reject}: ${heard.detail}`))
  hosts.closing.push(() => sync.stop())
  return {
    host,
    sync,
    file,
    untaken,
    start: async () => {
      await sync.start()
      await host.start()
    },
  }
}

describe('the bus by p2p', () => {
  it('gives its proof to a peer that has none, verified', async () => {
    const { host, publish } = await servingHost()
    const proof = await fakeProof(at(chain, 10))
    await publish(proof)
    const { sync, file, start } = await syncingHost(addressOf(host))
    const synced = nextOf(sync.events, 'synced')
    await start()
    expect(await synced).toMatchObject({ chain: { height: 10 }, peer: host.name })
    expect(new Uint8Array(await readFile(file))).toEqual(proof)
  })

  it('tells of a new proof by gossip, which a third host hears from the second', async () => {
    const { host, publish } = await servingHost()
    await publish(await fakeProof(at(chain, 10)))
    const second = await syncingHost(addressOf(host))
    const secondSynced = nextOf(second.sync.events, 'synced')
    await second.start()
    await secondSynced
    const third = await syncingHost(addressOf(second.host))
    const thirdSynced = nextOf(third.sync.events, 'synced')
    await third.start()
    expect(await thirdSynced).toMatchObject({ chain: { height: 10 }, peer: second.host.name })
    const newer = nextOf(third.sync.events, 'synced')
    await publish(await fakeProof(at(chain, 12)))
    expect(await newer).toMatchObject({ chain: { height: 12 } })
  })

  it('gives paths', async () => {
    const { host, publish } = await servingHost()
    await publish(await fakeProof(at(chain, 10)))
    const { host: asking, start } = await syncingHost(addressOf(host))
    await start()
    expect(await asking.ask(host.name, pathKind, 7)).toMatchObject({ ok: true, frames: [{ tipHeight: 10, height: 7 }] })
    expect(await asking.ask(host.name, pathKind, 11)).toMatchObject({ ok: false, reject: 'refused' })
  })
})
