import { afterEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../src/lib/index.ts'
import { inAskingOrder } from '../../storage/io/certificate/candidates.ts'
import { GatherScene } from './gather-scene.ts'
import type { Reveals } from './proved-records.ts'
import { alice, bob, paramsOf, peers, providerReveal, wallets } from './record-scene.ts'

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
