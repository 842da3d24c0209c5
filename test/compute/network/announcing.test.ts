import { sha256 } from '@noble/hashes/sha2.js'
import { afterEach, expect, it } from 'vitest'
import { regtest } from '../../../src/bitcoin/index.ts'
import type { PeerTransport } from '../../../src/bus/index.ts'
import { Announcing } from '../../../src/compute/io/service/announcing.ts'
import { rejection } from '../../../src/lib/index.ts'
import { PeerNet } from '../../storage/peer-net.ts'
import { PROGRAM } from './compute-scene.ts'

const ending: Announcing[] = []
afterEach(async () => {
  for (const one of ending.splice(0)) await one.end()
})

/** Nobody hears by gossip what was said before he listened; here nobody hears any. */
const deaf: PeerTransport['join'] = () => ({
  publish: async () => undefined,
  listeners: () => [],
  leave: () => undefined,
})

async function announcing(name: string, transport: PeerTransport) {
  const told = Promise.withResolvers<string>()
  const service = new Announcing({
    params: regtest,
    transport: { ...transport, join: deaf },
    secretKey: sha256(new TextEncoder().encode(name)),
    programs: [PROGRAM],
    isRegistered: () => true,
    serves: ({ peer }) => told.resolve(peer),
    failed: told.reject,
  })
  ending.push(service)
  await service.start()
  return { service, meets: told.promise }
}

it('hears of a peer that knew nothing yet when it was asked', async () => {
  const net = new PeerNet()
  const refused = Promise.withResolvers<void>()
  const asks = net.transport('ash')
  const ash = await announcing('ash', {
    ...asks,
    ask: async (...question) => {
      const asked = await asks.ask(...question)
      if (!asked.ok) refused.resolve()
      return asked
    },
  })
  await ash.service.moved(200)
  const beech = await announcing('beech', net.transport('beech'))
  await refused.promise
  await beech.service.moved(200)
  expect(await ash.meets).toBe(beech.service.announced.at(200)[0]?.peer)
  expect(net.blamed).toEqual([])
})

it('asks a peer again that could not be reached, as long as it is there', async () => {
  const net = new PeerNet()
  const ash = await announcing('ash', net.transport('ash'))
  await ash.service.moved(200)
  const asks = net.transport('beech')
  let before = 0
  const beech = await announcing('beech', {
    ...asks,
    ask: async (...question) =>
      before++ < 2 ? rejection('unreachable', 'its stream was broken off') : await asks.ask(...question),
  })
  await beech.service.moved(200)
  expect(await beech.meets).toBe(ash.service.announced.at(200)[0]?.peer)
  expect(before).toBe(3)
})
