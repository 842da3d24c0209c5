import { Key } from 'interface-datastore/key'
import { describe, expect, it } from 'vitest'
import { mainnet, regtest } from '../../src/bitcoin/index.ts'
import { BoundedDatastore } from '../../src/p2p/bounded-datastore.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { partitionKey } from '../../src/p2p/partitions.ts'
import { protocolPrefix } from '../../src/p2p/protocol-names.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { addressOf, HostPlace, nextOf } from './host-place.ts'

const place = new HostPlace()

async function found(host: PeerHost, partition: number): Promise<string[]> {
  const names: string[] = []
  for await (const name of host.partitions.find(partition, AbortSignal.timeout(5000))) names.push(name)
  return names
}

describe('partitions in the DHT', () => {
  it('have keys that follow from network and number', () => {
    const key = (...network: Parameters<typeof protocolPrefix>) =>
      partitionKey(protocolPrefix(...network), 7).toString()
    expect(key(regtest)).toBe('bafkreidavfxpqw5kjkdu6yvkh322snczcmlhjg4m7ziw6dxon52by2zggq')
    expect(new Set([key(regtest), key(mainnet), key(regtest, 'k6'), key(regtest, 'k7')]).size).toBe(4)
  })

  it('are found by a host that never met the provider', async () => {
    const hub = await place.started()
    const join = async () => {
      const host = await place.open({ bootstrap: [addressOf(hub)] })
      const connected = nextOf(host.events, 'connected')
      await host.start()
      await connected
      return host
    }
    const [provider, seeker] = [await join(), await join()]
    await expect
      .poll(
        async () => {
          await provider.partitions.provide(7, AbortSignal.timeout(5000))
          return await found(seeker, 7)
        },
        { timeout: 30_000 },
      )
      .toContain(provider.name)
    expect(await found(seeker, 8)).toEqual([])
  })
})

describe('hosts that chose other partitions', () => {
  it('have no word in common, though they reach each other', async () => {
    const six = await place.open({ chosen: 'k6' })
    await six.answer(holdingsKind, async () => ({ ok: false, reject: 'other-partition', detail: 'none' }))
    await six.start()
    const asked = async (chosen: string) => {
      const host = await place.open({ chosen, bootstrap: [addressOf(six)] })
      const connected = nextOf(host.events, 'connected')
      await host.start()
      await connected
      return await host.ask(six.name, holdingsKind, 0)
    }
    expect(await asked('k6')).toMatchObject({ reject: 'refused' })
    expect(await asked('k7')).toMatchObject({ reject: 'unreachable' })
  })
})

describe('what the DHT keeps', () => {
  const provider = (content: number, peer: string) => new Key(`/dht/provider/c${content}/${peer}`)
  const value = Uint8Array.of(1)
  const all = async (store: BoundedDatastore, prefix: string) => {
    const names: string[] = []
    for await (const { key } of store.query({ prefix })) names.push(key.toString())
    return names
  }

  it('has room for so many of each peer and of all: who has the most loses his oldest', async () => {
    const store = new BoundedDatastore({ providers: 5, providersPerPeer: 3, others: 2 })
    const held = async () => (await all(store, '/')).map((name) => name.slice('/dht/provider/'.length)).sort()
    for (const content of [1, 2, 3, 4]) store.put(provider(content, 'a'), value)
    expect(await held()).toEqual(['c2/a', 'c3/a', 'c4/a'])
    // Written again, it takes no more room, and is the newest.
    store.put(provider(2, 'a'), value)
    for (const content of [1, 2]) store.put(provider(content, 'b'), value)
    store.put(provider(1, 'c'), value)
    expect(await held()).toEqual(['c1/b', 'c1/c', 'c2/a', 'c2/b', 'c4/a'])
    expect(await all(store, '/dht/provider/c1')).toEqual(['/dht/provider/c1/b', '/dht/provider/c1/c'])
    expect(await all(store, '/dht/provider/c9')).toEqual([])
    store.delete(provider(1, 'b'))
    store.put(provider(2, 'c'), value)
    expect(await held()).toEqual(['c1/c', 'c2/a', 'c2/b', 'c2/c', 'c4/a'])
  })

  it('keeps the records of honest providers through floods of many peers, one after the other', async () => {
    const limits = { providers: 1000, providersPerPeer: 100, others: 2 }
    const store = new BoundedDatastore(limits)
    const honest = Array.from({ length: 20 }, (_, i) => [0, 1, 2].map((content) => provider(content, `honest${i}`)))
    for (const keys of honest.slice(0, 10)) for (const key of keys) store.put(key, value)
    for (let liar = 0; liar < 200; liar++) {
      for (let i = 0; i < limits.providersPerPeer + 20; i++) store.put(provider(1000 + i, `liar${liar}`), value)
      // Those that come in the midst of the flood find room too.
      const late = honest[10 + liar / 20]
      if (late !== undefined) for (const key of late) store.put(key, value)
    }
    expect(honest.flat().filter((key) => !store.has(key))).toEqual([])
    expect(await all(store, '/dht/')).toHaveLength(limits.providers)
  })

  it('holds no values, and of other things the newest', async () => {
    const store = new BoundedDatastore({ providers: 5, providersPerPeer: 3, others: 2 })
    expect(() => store.put(new Key('/dht/record/abc'), value)).toThrow('keeps no values')
    store.put(provider(1, 'a'), value)
    for (const name of ['a', 'b', 'a', 'c']) store.put(new Key(`/peers/${name}`), value)
    expect(await all(store, '/peers')).toEqual(['/peers/a', '/peers/c'])
    expect(await all(store, '/')).toHaveLength(3)
    expect(store.get(new Key('/peers/a'))).toEqual(value)
    expect(() => store.get(new Key('/peers/b'))).toThrow(expect.objectContaining({ name: 'NotFoundError' }))
  })
})
