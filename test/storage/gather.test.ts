import { afterEach, describe, expect, it } from 'vitest'
import { bytesToHex, rejection } from '../../src/lib/index.ts'
import { inAskingOrder } from '../../storage/io/certificate/candidates.ts'
import { Providers } from '../../storage/table/registry.ts'
import { GatherScene } from './gather-scene.ts'
import type { Reveals } from './proved-records.ts'
import { alice, bob, paramsOf, peers, providerReveal, wallets, withdrawalReveal } from './record-scene.ts'

const params = paramsOf()
const [one, two] = peers.map(({ key }) => bytesToHex(key))

let scene: GatherScene
afterEach(() => scene?.remove())

async function sceneOf(reveals: Reveals): Promise<GatherScene> {
  scene = await GatherScene.make(reveals)
  return scene
}

/** The provider as the certificate has it. */
async function gathered(keys = 1) {
  const made = await scene.gather(keys)
  if (!made.ok) throw new Error(made.detail)
  return made.verified.keys.map(({ key, peer, registered }) => ({ key, peer, registered }))
}

describe('a key with two registrations', () => {
  const key = bytesToHex(alice.publicKey)

  it('is shown by the later one of those that count at the block that draws', async () => {
    await sceneOf({
      101: () => [providerReveal(params, 1, peers[0]!)],
      104: () => [providerReveal(params, 2, peers[1]!)],
    })
    await scene.serve('two', [alice])
    expect(await gathered()).toEqual([{ key, peer: two, registered: 104 }])
  })

  it('is shown by the earlier one where the later does not count yet, whichever peer answers', async () => {
    await sceneOf({
      101: () => [providerReveal(params, 1, peers[0]!)],
      118: () => [providerReveal(params, 2, peers[1]!)],
    })
    await scene.serve('two', [alice])
    expect(await gathered()).toEqual([{ key, peer: one, registered: 101 }])
    scene.net.leave('two')
    await scene.serve('one', [alice])
    expect(await gathered()).toEqual([{ key, peer: one, registered: 101 }])
  })
})

describe('whom to ask first', () => {
  const candidates = ['a', 'a', 'b', 'a', 'c'].map((peer, i) => ({ peer, key: `${i}${i}` }))
  const order = (random: (below: number) => number) => inAskingOrder(candidates, random).map(({ key }) => key)

  it('is by lot, a peer’s second key after all peers’ first ones', () => {
    // The last of those left stays in its place; the first of them takes it.
    expect(order((below) => below - 1)).toEqual(['00', '22', '44', '11', '33'])
    expect(order(() => 0)).toEqual(['11', '22', '44', '33', '00'])
    const drawn: number[] = []
    order((below) => {
      drawn.push(below)
      return 0
    })
    expect(drawn).toEqual([5, 4, 3, 2])
  })

  it('puts each key first as often as the others of one key a peer', () => {
    const four = ['a', 'b', 'c', 'd'].map((peer) => ({ peer }))
    const orders = new Set<string>()
    // Every way to draw.
    for (let n = 0; n < 24; n++) {
      const draws = [n % 4, Math.floor(n / 4) % 3, Math.floor(n / 12)]
      const order = inAskingOrder(four, () => draws.shift() as number)
      orders.add(order.map(({ peer }) => peer).join(''))
    }
    expect(orders.size).toBe(24)
  })
})

describe('a peer with two keys', () => {
  const [, , carol] = wallets as [typeof alice, typeof alice, typeof alice]
  const reveals: Reveals = {
    100: () => [providerReveal(params, 1, peers[0]!)],
    101: () => [providerReveal(params, 1, peers[0]!, bob)],
    102: () => [providerReveal(params, 1, peers[1]!, carol)],
  }
  const keysOf = (...of: (typeof alice)[]) => of.map(({ publicKey }) => bytesToHex(publicKey)).sort()

  it('is not asked twice before another is', async () => {
    await sceneOf(reveals)
    await scene.serve('one', [alice, bob])
    await scene.serve('two', [carol])
    for (const random of [() => 0, (below: number) => below - 1]) {
      scene.asked.length = 0
      expect(await scene.gather(2, { random })).toMatchObject({ ok: true, verified: { keys: [{}, {}] } })
      expect([...scene.asked].sort()).toEqual(['one', 'two'])
    }
  })

  it('shows the key that it signs by, whichever it is asked for, and is no liar', async () => {
    await sceneOf(reveals)
    await scene.serve('one', [bob])
    for (const random of [() => 0, (below: number) => below - 1]) {
      const made = await scene.gather(1, { random })
      expect(made.ok && made.verified.keys.map(({ key }) => key)).toEqual(keysOf(bob))
      expect(await scene.gather(2, { random })).toMatchObject({ reject: 'too-few-keys' })
    }
    expect(scene.net.blamed).toEqual([])
    await scene.serve('two', [alice])
    const made = await scene.gather(2)
    expect(made).toMatchObject({ reject: 'too-few-keys' })
    expect(scene.net.blamed).toEqual([{ peer: 'two', fault: 'lie' }])
  })
})

describe('where keys are too few, it is said of each provider why', () => {
  const [, , carol] = wallets as [typeof alice, typeof alice, typeof alice]
  const a = bytesToHex(alice.publicKey)
  const notTaken = async (other: Parameters<GatherScene['gather']>[1] = {}) => {
    const made = await scene.gather(3, other)
    expect(made).toMatchObject({ reject: 'too-few-keys' })
    return made.notTaken
  }

  it('its key does not count yet, and from when; no longer; was taken back', async () => {
    await sceneOf({
      105: () => [providerReveal(params, 1, peers[0]!, bob)],
      106: () => [withdrawalReveal(2, bob)],
      118: () => [providerReveal(params, 1, peers[0]!)],
    })
    await scene.serve('one', [alice])
    expect(await notTaken()).toEqual([
      {
        ...{ key: a, peer: 'one', reason: 'key-too-new', cure: { act: 'proof-of-height', subject: '130' } },
        detail: 'it counts from block 124 on, and block 120 draws',
      },
      expect.objectContaining({ key: bytesToHex(bob.publicKey), reason: 'retired', cure: { act: 'register-key' } }),
    ])
    const table = { blobs: scene.table.blobs, providers: new Providers({ ...params, providerBlocks: 8 }) }
    table.providers.apply(105, [{ author: a, seq: 1, peer: one as string }])
    expect(await notTaken({ table: table as never })).toMatchObject([{ key: a, peer: 'one', reason: 'key-expired' }])
  })

  it('its peer is not met, gives no certificates, has registered no key', async () => {
    await sceneOf({ 105: () => [providerReveal(params, 1, peers[0]!)] })
    expect(await notTaken()).toMatchObject([{ key: a, peer: null, reason: 'not-met', cure: { act: 'name-peer' } }])
    await scene.hold('one')
    await scene.hold('two')
    expect(await notTaken()).toMatchObject([
      { key: a, peer: 'one', reason: 'no-certificates', cure: { act: 'serve-certificates' } },
      { key: null, peer: 'two', reason: 'not-registered', cure: { act: 'register-key' } },
    ])
  })

  it('it cannot be reached, refuses, gives what does not hold', async () => {
    await sceneOf({
      105: () => [providerReveal(params, 1, peers[0]!)],
      106: () => [providerReveal(params, 1, peers[1]!, carol)],
    })
    const found = {
      provide: async () => undefined,
      async *find() {
        yield 'one'
      },
    }
    expect(await notTaken({ peers: found })).toMatchObject([
      { key: a, peer: 'one', reason: 'unreachable', cure: { act: 'name-peer' } },
      { reason: 'not-met' },
    ])
    await scene.serve('one', [alice], () => rejection('not-encoded', 'not yet'))
    await scene.serve('two', [alice])
    const both = await notTaken()
    expect(both).toHaveLength(2)
    expect(both).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: a, reason: 'refused', cure: { act: 'wait-until-encoded' } }),
        expect.objectContaining({ key: bytesToHex(carol.publicKey), peer: 'two', reason: 'bad-signature' }),
      ]),
    )
  })

  it('of those that were asked it is said where others are enough', async () => {
    await sceneOf({
      105: () => [providerReveal(params, 1, peers[0]!)],
      106: () => [providerReveal(params, 1, peers[1]!, carol)],
    })
    await scene.serve('one', [alice], () => rejection('busy', 'others are being made'))
    await scene.serve('two', [carol])
    const made = await scene.gather(1, { random: (below) => below - 1 })
    expect(made).toMatchObject({ ok: true, notTaken: [{ key: a, reason: 'refused', cure: { act: 'again-later' } }] })
  })
})
