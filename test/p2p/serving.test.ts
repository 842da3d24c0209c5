import { mkdir, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { syncedOnce } from '../../src/bus/io/index.ts'
import { openServingAmongPeers, openSyncingFromPeers } from '../../src/node/index.ts'
import { answering, FakeChain, FakeServer } from '../bitcoin-io/fake-bitcoind.ts'
import { fakeOptions, fakeProof } from '../bus/fake-proof.ts'
import { at, chain } from '../bus/served-place.ts'
import { addressOf, HostPlace } from './host-place.ts'

const place = new HostPlace()
const verifyOptions = () => fakeOptions

it('serves the proofs of a file to peers, which sync from it; all is let go in the end', async () => {
  const node = new FakeChain()
  node.headers = [regtest.genesis, ...chain.headers]
  node.known.push(...chain.headers)
  await using bitcoind = await FakeServer.start(answering((call) => node.answer(call)))
  const file = place.file('current.proof')
  const dir = place.file('data')
  await mkdir(dir)
  await writeFile(file, await fakeProof(at(chain, 12)))
  const { client } = bitcoind
  const at0 = { host: '127.0.0.1', port: 0 }
  const options = { file, dir, client, params: regtest, anchor: undefined, ...at0, verifyOptions }
  const listen = ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws']
  const serving = await openServingAmongPeers(options, { listen, identityFile: place.file('peer.json') })
  const { host } = serving
  if (host === null) throw new Error('it has no host')
  await serving.start()
  const [, overWebSockets] = host.addresses
  for (const address of [addressOf(host), overWebSockets as string]) {
    const out = place.file('synced.proof')
    const syncing = await openSyncingFromPeers({ params: regtest, file: out, verifyOptions }, { bootstrap: [address] })
    const once = syncedOnce(syncing.sync, { wanted: syncing.host.wanted, timeoutMs: 30_000, graceMs: 1 })
    await syncing.start()
    expect(await once).toMatchObject({ chain: { height: 12 } })
    await syncing.stop()
    await syncing.ended()
  }
  await serving.stop()
  await serving.ended()
  // Nobody listens where nothing speaks of peers.
  const alone = await openServingAmongPeers(options, null)
  expect(alone.host).toBeNull()
  await alone.stop()
})

it('says where it cannot listen, and lets go what was opened', async () => {
  const host = await place.started()
  const file = place.file('synced.proof')
  const [taken] = host.addresses.map((address) => address.replace(/\/p2p\/.*$/, ''))
  const syncing = await openSyncingFromPeers({ params: regtest, file, verifyOptions }, { listen: [taken as string] })
  await expect(syncing.start()).rejects.toMatchObject({ code: 'E_P2P_ADDRESS', cure: { act: 'other-address' } })
  await syncing.stop()
})
