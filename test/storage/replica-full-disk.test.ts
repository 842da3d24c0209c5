import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/lib/index.ts'
import { CHUNK_BYTES } from '../../storage/index.ts'
import { scrubReplica } from '../../storage/io/index.ts'
import { chunkKind } from '../../storage/peers/piece-kinds.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { kernel } from './kernels.ts'
import { next, ReplicaScene } from './replica-scene.ts'
import { blobWith } from './test-blob.ts'

const scene = new ReplicaScene()
const disk = await SmallDisk.mount(40)
const PEER = '12'.repeat(32)

describe.skipIf(!disk.isThere)('a replica on a full disk', () => {
  afterAll(() => disk.unmount())

  it('tells it, serves what it has, goes on as soon as there is room, and loses nothing', async () => {
    const folder = join(disk.dir, 'replica')
    const [before, after, last] = [await blobWith(300_000, 1), await blobWith(2_000_000, 2), await blobWith(9_000, 3)]
    await scene.giver('giver', [before, after, last])
    const { replica } = await scene.replica('provider', { folder })
    const whole = (id: string) => next(replica, 'blob', (blob) => blob.id === id && blob.state === 'whole')
    const first = whole(before.id)
    await replica.start()
    scene.block(before)
    await first

    // Room for some chunks of it, and not for what it is judged in.
    await disk.fill(2 << 20)
    const full = next(replica, 'full', ({ id }) => id === after.id)
    scene.block(after)
    expect((await full).error).toMatchObject({
      code: 'E_DISK_FULL',
      message: expect.stringContaining('no space left'),
      cause: expect.anything(),
      cure: { act: 'make-room' },
    })
    const noRoom = next(replica, 'full', ({ id }) => id === last.id)
    await disk.free()
    await disk.fill()
    scene.block(last)
    expect((await noRoom).error).toMatchObject({ code: 'E_DISK_FULL', cure: { act: 'make-room' } })
    const asked = await scene.net
      .transport('reader')
      .ask('provider', chunkKind, { id: hexToBytes(before.id), index: 2 })
    expect(asked).toMatchObject({ ok: true })

    const healed = Promise.all([whole(after.id), whole(last.id)])
    await disk.free()
    await healed
    await replica.stop()
    const scrubbed = await scrubReplica({ kernel, params: scene.params, folder, level: 'full' })
    expect(scrubbed).toMatchObject({ blobs: 3, broken: 0, missing: 0 })
    scene.net.leave('giver')
  })

  it('pauses encoding, tells it, serves what is raw, and goes on as soon as there is room', async () => {
    const folder = join(disk.dir, 'encoded')
    const blob = await blobWith(1_000_000, 4)
    await scene.giver('giver', [blob])
    const { replica } = await scene.replica('encoder', { folder, encodesFor: PEER })
    const whole = next(replica, 'blob', ({ state }) => state === 'whole')
    await replica.start()
    scene.block(blob)
    await whole
    scene.net.leave('giver')

    await disk.fill()
    const full = next(replica, 'full')
    const rekept = next(replica, 'rekept', ({ left }) => left === 0)
    scene.register('cd'.repeat(32), PEER)
    expect(await full).toMatchObject({ id: blob.id, error: { code: 'E_DISK_FULL', cure: { act: 'make-room' } } })
    const reader = scene.net.transport('reader')
    const chunks = async () => {
      const asking = Array.from({ length: blob.bytes.length / CHUNK_BYTES }, (_, index) =>
        reader.ask('encoder', chunkKind, { id: hexToBytes(blob.id), index }),
      )
      return Buffer.concat((await Promise.all(asking)).map((one) => (one.ok ? one.frames[0]!.bytes : new Uint8Array())))
    }
    expect(new Uint8Array(await chunks())).toEqual(blob.bytes)
    await disk.free()
    await rekept
    expect(new Uint8Array(await chunks())).toEqual(blob.bytes)
  })
})
