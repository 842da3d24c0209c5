import { describe, expect, it } from 'vitest'
import { next, ReplicaScene } from './replica-scene.ts'
import { blobWith } from './test-blob.ts'

const scene = new ReplicaScene()

describe('a hundred lying providers against one honest', () => {
  it('are found out, and the blob is whole', { timeout: 240_000 }, async () => {
    const blob = await blobWith(300_000, 9)
    const liars = Array.from({ length: 100 }, (_, i) => `liar${i}`)
    for (const liar of liars.slice(0, 50)) await scene.giver(liar, [blob], { lies: true })
    await scene.giver('honest', [blob])
    for (const liar of liars.slice(50)) await scene.giver(liar, [blob], { lies: true })
    const { replica } = await scene.replica('provider')
    const whole = next(
      replica,
      'blob',
      ({ id, state, held, chunks }) => id === blob.id && state === 'whole' && held === chunks,
    )
    await replica.start()
    scene.block(blob)
    await whole
    expect(scene.net.blamed.filter(({ peer, fault }) => !liars.includes(peer) || fault !== 'lie')).toEqual([])
    // Whoever lied once is not asked the same again and again.
    const times = new Map<string, number>()
    for (const { peer } of scene.net.blamed) times.set(peer, (times.get(peer) ?? 0) + 1)
    expect(Math.max(0, ...times.values())).toBeLessThanOrEqual(8)
  })
})
