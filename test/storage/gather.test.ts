import { afterEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../src/lib/index.ts'
import { GatherScene } from './gather-scene.ts'
import type { Reveals } from './proved-records.ts'
import { alice, paramsOf, peers, providerReveal } from './record-scene.ts'

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
