import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/lib/index.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { CHUNK_BYTES } from '../../storage/index.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { offerKind } from '../../storage/peers/offer-kind.ts'
import { chunkKind } from '../../storage/peers/piece-kinds.ts'
import { next, ReplicaScene } from './replica-scene.ts'
import { blobWith, type TestBlob } from './test-blob.ts'

const scene = new ReplicaScene()
const LENGTH = 300_000
/** Chunks of such a blob, and the file that it is judged in. */
const [SLOTS, SCRATCH] = [4 * (CHUNK_BYTES + 1_440 + 512), (64 + 38) * 7_936]

const contentOf = ({ root, length }: TestBlob) => ({ root: hexToBytes(root), length, coding: CODING })
const isWhole =
  ({ id }: Pick<TestBlob, 'id'>) =>
  (event: { id: string; state: string }) =>
    event.id === id && event.state === 'whole'

/** A peer that takes questions for chunks and never answers. */
async function silent(name: string) {
  await scene.net.transport(name).answer(chunkKind, () => new Promise(() => undefined))
}

describe('a replica among peers that are no help', () => {
  it('finds the honest one behind thirty that offered first and are dead, some that are silent, and a liar', async () => {
    const blob = await blobWith(LENGTH, 1)
    const { replica } = await scene.replica('provider')
    await replica.start()
    const offer = async (name: string) => {
      const asked = await scene.net.transport(name).ask('provider', offerKind, { ...contentOf(blob), partition: 0 })
      expect(asked).toMatchObject({ frames: [{ state: 'waits' }] })
    }
    for (let i = 0; i < 30; i++) await offer(`dead${i}`)
    for (const name of ['silent1', 'silent2', 'silent3']) {
      await silent(name)
      await offer(name)
    }
    await scene.giver('liar', [blob], { lies: true })
    await offer('liar')
    await scene.giver('honest', [blob])
    await offer('honest')
    const whole = next(replica, 'blob')
    scene.block(blob)
    // At the first try.
    expect(await whole).toMatchObject({ state: 'whole', held: 4 })
    expect(scene.net.blamed.every(({ peer, fault }) => peer === 'liar' && fault === 'lie')).toBe(true)
    for (const name of ['silent1', 'silent2', 'silent3', 'liar', 'honest']) scene.net.leave(name)
  })

  it('keeps the blobs of others while one author withholds a hundred, and his peers never answer', async () => {
    const holes = Array.from({ length: 100 }, (_, i) => {
      return { id: (i + 16).toString(16).padEnd(64, '0'), root: '01'.padEnd(64, '0'), length: LENGTH }
    })
    const blobs = [await blobWith(LENGTH, 2), await blobWith(LENGTH, 3)]
    for (const name of ['silent1', 'silent2']) await silent(name)
    await scene.giver('honest', blobs)
    const { replica } = await scene.replica('provider')
    await replica.start()
    const whole = Promise.all(blobs.map((blob) => next(replica, 'blob', isWhole(blob))))
    scene.blockBy('ff'.repeat(32), ...holes)
    scene.block(...blobs)
    await whole
    const asked = await scene.net.transport('reader').ask('provider', holdingsKind, 0)
    expect(asked).toMatchObject({ frames: [{ used: 408, held: 8 }] })
    for (const name of ['silent1', 'silent2', 'honest']) scene.net.leave(name)
  })

  it('leaves the chunks of a blob that nobody gives any of after some', async () => {
    const blob = await blobWith(6_000_000, 5)
    const asked = { chunks: 0 }
    await scene.giver('keeper', [blob], {
      withholdsChunk: () => {
        asked.chunks++
        return true
      },
      withholdsUnit: () => true,
    })
    const { replica } = await scene.replica('provider')
    await replica.start()
    const tried = next(replica, 'blob')
    scene.block(blob)
    expect(await tried).toMatchObject({ held: 0 })
    // In each of two rounds at most 64, and what was under way; of 72.
    expect(asked.chunks).toBeGreaterThan(63)
    expect(asked.chunks).toBeLessThan(2 * 68)
    scene.net.leave('keeper')
  })

  it('gives up on a blob of which one unit in a hundred is given without asking for all of it', async () => {
    const blob = await blobWith(1_500_000, 4)
    let asked = 0
    await scene.giver('miser', [blob], {
      withholdsChunk: () => true,
      withholdsUnit: (unit) => {
        asked++
        return unit % 100 !== 0
      },
    })
    const { replica } = await scene.replica('provider')
    const tried = next(replica, 'blob')
    await replica.start()
    scene.block(blob)
    expect(await tried).toMatchObject({ state: 'incomplete', held: 0 })
    expect(asked).toBeLessThan(100)
    scene.net.leave('miser')
  })
})

describe('a quota of the disk', () => {
  it('is not passed by blobs that are begun at the same time, and what they are judged in counts', async () => {
    const [first, second, third] = [await blobWith(LENGTH, 5), await blobWith(LENGTH, 6), await blobWith(LENGTH, 7)]
    const begun = Promise.withResolvers<void>()
    await scene.giver('giver', [first, second, third], { after: begun.promise })
    const maxBytes = 2 * SLOTS + SCRATCH + 50_000
    const { replica, folder } = await scene.replica('provider', { maxBytes })
    const full: string[] = []
    replica.events.on('full', ({ id }) => full.push(id))
    const once = next(replica, 'full')
    const whole = Promise.all([first, second].map((blob) => next(replica, 'blob', isWhole(blob))))
    await replica.start()
    scene.block(first, second)
    // One of them has room, and the other waits for what the first is judged in.
    await once
    expect(new Set(full).size).toBe(1)
    begun.resolve()
    await whole
    const none = next(replica, 'full', ({ id }) => id === third.id)
    scene.block(third)
    expect(await none).toEqual({ id: third.id, error: null })
    const reader = scene.net.transport('reader')
    const fourth = await blobWith(LENGTH, 8)
    expect(await reader.ask('provider', offerKind, { ...contentOf(fourth), partition: 0 })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no-room'),
    })
    // What is here already is told as such, whether there is room for more or not.
    expect(await reader.ask('provider', offerKind, { ...contentOf(first), partition: 0 })).toMatchObject({
      frames: [{ state: 'whole' }],
    })
    expect(await bytesIn(folder)).toBeLessThanOrEqual(maxBytes)
    scene.net.leave('giver')
  })
})

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name)))
  return (await Promise.all(sizes)).reduce((total, { size }) => total + size, 0)
}
