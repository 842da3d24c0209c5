import type { Startable } from '@libp2p/interface'
import { expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { parseAddresses } from '../../src/p2p/addresses.ts'
import { protocolPrefix } from '../../src/p2p/protocol-names.ts'
import { addressOf, HostPlace, nextOf } from './host-place.ts'
import { hostilePeer } from './hostile-peer.ts'

const place = new HostPlace()

it('asks a peer again what it answers that did not say so when it came', async () => {
  const { libp2p, name } = await hostilePeer(place, await place.started())
  const host = await place.started()
  const id = `/${protocolPrefix(regtest)}/id/1.0.0`
  const identify = libp2p.services.identify as unknown as Required<Pick<Startable, 'start' | 'stop'>>
  await identify.stop()
  const asked = Promise.withResolvers<void>()
  await libp2p.handle(id, (stream) => {
    stream.abort(new Error('too busy'))
    asked.resolve()
  })
  const known = nextOf(host.events, 'identified', ({ peer }) => peer === name)
  await libp2p.dial(parseAddresses([addressOf(host)]))
  await asked.promise
  await libp2p.unhandle(id)
  await identify.start()
  expect(await known).toEqual({ peer: name })
})
