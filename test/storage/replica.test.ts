import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/lib/index.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { verifyChunk, verifyUnit } from '../../storage/blob/verify.ts'
import { CHUNK_BYTES } from '../../storage/index.ts'
import { scrubReplica } from '../../storage/io/index.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { offerKind } from '../../storage/peers/offer-kind.ts'
import { chunkKind, unitKind } from '../../storage/peers/piece-kinds.ts'
import { kernel } from './kernels.ts'
import { next, ReplicaScene } from './replica-scene.ts'
import { blobWith, type TestBlob, wrongParity } from './test-blob.ts'

const scene = new ReplicaScene()
const LENGTH = 300_000

const contentOf = ({ root, length }: TestBlob) => ({ root: hexToBytes(root), length, coding: CODING })
const isWhole =
  ({ id }: TestBlob) =>
  (event: { id: string; state: string }) =>
    event.id === id && event.state === 'whole'

/** Flips a byte of the file that a blob's chunks are in. */
async function damage(folder: string, id: string, ...places: number[]) {
  await using file = await open(join(folder, 'chunks', id.slice(0, 2), id), 'r+')
  for (const place of places) {
    const { buffer } = await file.read(new Uint8Array(1), 0, 1, place)
    await file.write(Uint8Array.of(buffer[0]! ^ 0xff), 0, 1, place)
  }
}

describe('a replica', () => {
  it('fetches what the table names, and gives it on by chunk and unit when its source is gone', async () => {
    const blob = await blobWith(LENGTH, 1)
    await scene.giver('giver', [blob])
    const { replica } = await scene.replica('first')
    const whole = next(replica, 'blob', isWhole(blob))
    await replica.start()
    scene.block(blob)
    expect(await whole).toMatchObject({ held: 4, chunks: 4 })
    scene.net.leave('giver')
    const { replica: second } = await scene.replica('second')
    const again = next(second, 'blob', isWhole(blob))
    await second.start()
    await again

    const reader = scene.net.transport('reader')
    const [id, index] = [hexToBytes(blob.id), 2]
    const chunk = await reader.ask('second', chunkKind, { id, index })
    const unit = await reader.ask('second', unitKind, { id, index: 37 })
    if (!chunk.ok || !unit.ok) throw new Error('not given')
    expect(await verifyChunk(kernel, contentOf(blob), { index, ...chunk.frames[0]! })).toMatchObject({ ok: true })
    expect(await verifyUnit(kernel, contentOf(blob), { index: 37, ...unit.frames[0]! })).toEqual({ ok: true })
    expect(await reader.ask('second', chunkKind, { id, index: 4 })).toMatchObject({ ok: false, reject: 'refused' })
    expect(await reader.ask('second', holdingsKind, 0)).toMatchObject({ frames: [{ used: 4, held: 4, holes: 0 }] })
    expect(await reader.ask('second', holdingsKind, 1)).toMatchObject({ ok: false, reject: 'refused' })
    expect(await reader.ask('second', offerKind, { ...contentOf(blob), partition: 0 })).toMatchObject({
      frames: [{ state: 'whole', held: 4 }],
    })
  })

  it('takes nothing from a liar, whom it blames, and the rest from others', async () => {
    const blob = await blobWith(LENGTH, 2)
    await scene.giver('liar', [blob], { lies: true })
    await scene.giver('honest', [blob])
    const { replica } = await scene.replica('third')
    const whole = next(replica, 'blob', isWhole(blob))
    await replica.start()
    scene.block(blob)
    await whole
    expect(scene.net.blamed).toContainEqual({ peer: 'liar', fault: 'lie' })
    expect(scene.net.blamed.every(({ peer }) => peer === 'liar')).toBe(true)
    scene.net.leave('liar')
    scene.net.leave('honest')
  })

  it('restores by parity where chunks and a third of the units are withheld', async () => {
    const blob = await blobWith(LENGTH, 3)
    await scene.giver('miser', [blob], {
      withholdsChunk: (chunk) => chunk > 0,
      withholdsUnit: (unit) => unit % 3 === 0,
    })
    const { replica } = await scene.replica('fourth')
    const whole = next(replica, 'blob', isWhole(blob))
    await replica.start()
    scene.block(blob)
    expect(await whole).toMatchObject({ held: 4 })
    const [piece] = (
      (await scene.net
        .transport('reader')
        .ask('fourth', chunkKind, { id: hexToBytes(blob.id), index: 3 })) as never as {
        frames: { bytes: Uint8Array }[]
      }
    ).frames
    expect(piece!.bytes).toEqual(blob.bytes.slice(3 * CHUNK_BYTES, 4 * CHUNK_BYTES))
    scene.net.leave('miser')
  })

  it('refuses parity that is none of the data, and keeps no byte of it', async () => {
    const blob = await blobWith(LENGTH, 4, wrongParity(LENGTH))
    await scene.giver('author', [blob])
    const { replica, folder } = await scene.replica('fifth')
    const judged = next(replica, 'blob')
    await replica.start()
    scene.block(blob)
    expect(await judged).toMatchObject({ state: 'wrong-parity', held: 0 })
    expect(await readdir(join(folder, 'chunks', blob.id.slice(0, 2)))).toEqual([])
    const asked = await scene.net.transport('reader').ask('fifth', offerKind, { ...contentOf(blob), partition: 0 })
    expect(asked).toMatchObject({ frames: [{ state: 'wrong-parity' }] })
    expect(await scene.net.transport('reader').ask('fifth', holdingsKind, 0)).toMatchObject({
      frames: [{ used: 4, holes: 4 }],
    })
    scene.net.leave('author')
  })

  it('is not held up by a blob that nobody gives, which it tells as holes', async () => {
    const [hole, blob] = [await blobWith(LENGTH, 5), await blobWith(LENGTH, 6)]
    await scene.giver('giver', [blob])
    const { replica } = await scene.replica('sixth')
    const [missed, whole] = [next(replica, 'blob', ({ id }) => id === hole.id), next(replica, 'blob', isWhole(blob))]
    await replica.start()
    scene.block(hole, blob)
    expect(await missed).toMatchObject({ state: 'incomplete', held: 0 })
    await whole
    const asked = await scene.net.transport('reader').ask('sixth', holdingsKind, 0)
    expect(asked).toMatchObject({ frames: [{ used: 8, held: 4, holes: 4 }] })
    // Somebody comes who has it.
    const healed = next(replica, 'blob', isWhole(hole))
    await scene.giver('late', [hole])
    await healed
    for (const peer of ['giver', 'late']) scene.net.leave(peer)
  })

  it('would keep what will be in its partition, and nothing of one that is closed', async () => {
    const [blob, filling] = [await blobWith(LENGTH, 9), { ...(await blobWith(LENGTH, 10)), length: 10_922 * 7_936 }]
    for (const own of [0, 1]) {
      const { replica } = await scene.replica(`of ${own}`, { partitions: [own] })
      await replica.start()
    }
    const answers = (partition: number) =>
      Promise.all(
        [0, 1].map(async (own) => {
          const offer = { ...contentOf(blob), partition }
          const asked = await scene.net.transport('reader').ask(`of ${own}`, offerKind, offer)
          return asked.ok ? asked.frames[0]?.state : asked.detail
        }),
      )
    const none = expect.stringContaining('other-partition')
    expect(await answers(0)).toEqual(['waits', none])
    expect(await answers(1)).toEqual([none, 'waits'])
    // All of the first partition but for two chunks, and one chunk is lacking.
    scene.block(filling)
    expect(await answers(0)).toEqual([none, 'waits'])
    for (const own of [0, 1]) scene.net.leave(`of ${own}`)
  })

  it('keeps within its quota, and says so', async () => {
    const blob = await blobWith(LENGTH, 7)
    await scene.giver('giver', [blob])
    const { replica } = await scene.replica('seventh', { maxBytes: 3 * CHUNK_BYTES })
    const full = next(replica, 'full')
    await replica.start()
    scene.block(blob)
    expect(await full).toEqual({ id: blob.id, error: null })
    const asked = await scene.net.transport('reader').ask('seventh', offerKind, { ...contentOf(blob), partition: 0 })
    expect(asked).toMatchObject({ ok: false, detail: expect.stringContaining('no-room') })
    scene.net.leave('giver')
  })

  it('finds what is damaged, and heals it after it was found by a scrub or by a reader', async () => {
    const blob = await blobWith(LENGTH, 8)
    await scene.giver('giver', [blob])
    const { replica, folder } = await scene.replica('eighth')
    const whole = next(replica, 'blob', isWhole(blob))
    await replica.start()
    scene.block(blob)
    await whole
    const options = { kernel, params: scene.params, folder, level: 'full' as const }
    await expect(scrubReplica(options)).rejects.toMatchObject({ code: 'E_LOCKED' })
    await replica.stop()
    expect(await scrubReplica(options)).toMatchObject({ blobs: 1, chunks: 4, broken: 0, missing: 0 })
    await damage(folder, blob.id, 0, CHUNK_BYTES * 2)
    expect(await scrubReplica(options)).toMatchObject({ chunks: 4, broken: 2, missing: 2 })

    const { replica: again } = await scene.replica('ninth', { folder })
    const healed = next(again, 'blob', isWhole(blob))
    await again.start()
    expect(await healed).toMatchObject({ held: 4 })
    await damage(folder, blob.id, 7)
    const healedOnce = next(again, 'blob', isWhole(blob))
    const reader = scene.net.transport('reader')
    const asked = await reader.ask('ninth', chunkKind, { id: hexToBytes(blob.id), index: 0 })
    expect(asked).toMatchObject({ ok: false, reject: 'refused' })
    await healedOnce
    expect(await reader.ask('ninth', chunkKind, { id: hexToBytes(blob.id), index: 0 })).toMatchObject({ ok: true })
    await again.stop()
    expect(await scrubReplica(options)).toMatchObject({ broken: 0, missing: 0 })
    scene.net.leave('giver')
  })

  it('is not stopped by files that are none of its own, and leaves them', async () => {
    const { replica, folder } = await scene.replica('eleventh')
    const blob = await blobWith(LENGTH, 10)
    const strays = [join(folder, 'chunks', 'notes.txt'), join(folder, 'chunks', 'aa', '.nfs01')]
    await mkdir(join(folder, 'chunks', 'aa'), { recursive: true })
    for (const path of strays) await writeFile(path, 'x')
    await writeFile(join(folder, 'chunks', 'aa', 'aa'.repeat(32)), 'of a blob that is not known')
    await scene.giver('giver', [blob])
    const whole = next(replica, 'blob', isWhole(blob))
    await replica.start()
    scene.block(blob)
    await whole
    for (const path of strays) expect(await readFile(path, 'utf8')).toBe('x')
    expect(await readdir(join(folder, 'chunks', 'aa'))).not.toContain('aa'.repeat(32))
    scene.net.leave('giver')
  })

  it('keeps a blob that left the chain for 144 blocks, and then lets it go', async () => {
    const blob = await blobWith(LENGTH, 9)
    await scene.giver('giver', [blob])
    const { replica, folder } = await scene.replica('tenth')
    const whole = next(replica, 'blob', isWhole(blob))
    await replica.start()
    scene.block(blob)
    await whole
    scene.net.leave('giver')
    scene.undo()
    scene.pass(143)
    expect(await readdir(join(folder, 'chunks', blob.id.slice(0, 2)))).toEqual([blob.id])
    const dropped = next(replica, 'dropped')
    scene.pass(1)
    expect(await dropped).toEqual({ id: blob.id })
    expect(await readdir(join(folder, 'chunks', blob.id.slice(0, 2)))).toEqual([])
  })
})
