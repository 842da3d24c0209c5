import { open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ReplicaService } from '../../storage/io/index.ts'
import { holdersKind } from '../../storage/peers/holders-kind.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { next, ReplicaScene } from './replica-scene.ts'
import { blobWith, type TestBlob } from './test-blob.ts'

const scene = new ReplicaScene()
afterEach(() => {
  vi.restoreAllMocks()
})

const fileOf = (folder: string, { id }: TestBlob) => join(folder, 'chunks', id.slice(0, 2), id)

/** A provider that has this blob whole; the giver stays. */
async function holding(name: string, blob: TestBlob) {
  await scene.giver('giver', [blob])
  const made = await scene.replica(name)
  const [whole, scrubbed] = [
    next(made.replica, 'blob'),
    next(made.replica, 'scrubbed', ({ level }) => level === 'recent'),
  ]
  await made.replica.start()
  scene.block(blob)
  expect(await whole).toMatchObject({ state: 'whole' })
  // The first ones, of a store that is new.
  await scrubbed
  return made
}

/** Started, and asked by peers from now on. */
async function answering(replica: ReplicaService, name: string) {
  const reader = scene.net.transport('reader')
  const met = new Promise<void>((resolve) => {
    const off = reader.meet(holdersKind, (peer) => {
      if (peer !== name) return
      off()
      resolve()
    })
  })
  await replica.start()
  await met
}

async function scrubsOf(name: string) {
  const asked = await scene.net.transport('reader').ask(name, holdingsKind, 0)
  if (!asked.ok) throw new Error(asked.detail)
  return asked.frames[0]!.scrubs
}

describe('scrubs of a replica', () => {
  it('tell what fails, and begin again with the next block', async () => {
    const { replica, folder } = await holding('first', await blobWith(20_000, 1))
    const failed = next(replica, 'failed')
    // A disk that is gone: what was a folder cannot be opened.
    await rename(join(folder, 'chunks'), join(folder, 'away'))
    await writeFile(join(folder, 'chunks'), '')
    scene.pass(2_000)
    expect(await failed).toMatchObject({ code: 'E_IO' })
    await rm(join(folder, 'chunks'))
    await rename(join(folder, 'away'), join(folder, 'chunks'))
    const scrubbed = next(replica, 'scrubbed', ({ level }) => level === 'full')
    scene.pass(1)
    expect(await scrubbed).toMatchObject({ chunks: 1, broken: 0 })
  })

  it('are remembered over restarts, with their heights and counts, and told to who asks', async () => {
    const blob = await blobWith(300_000, 2)
    const { replica, folder } = await holding('second', blob)
    const begun = (await scrubsOf('second')).full!.height
    const cheap = next(replica, 'scrubbed', ({ level }) => level === 'cheap')
    scene.pass(100)
    await cheap
    await replica.stop()
    const { replica: again } = await scene.replica('second', { folder })
    const full = next(again, 'scrubbed', ({ level }) => level === 'full')
    await answering(again, 'second')
    expect(await scrubsOf('second')).toMatchObject({ full: { height: begun }, cheap: { height: 101 } })
    // Not counted from the restart.
    scene.pass(begun + 1_008 - 101)
    expect(await full).toMatchObject({ chunks: 4, broken: 0 })
    await again.stop()
    const { replica: last } = await scene.replica('second', { folder })
    await answering(last, 'second')
    expect((await scrubsOf('second')).full).toEqual({ height: begun + 1_008, chunks: 4, broken: 0 })
  })

  it('find all of a hundredth of the bytes that is damaged, near each other or strewn, and heal it from others', async () => {
    const blob = await blobWith(1_000_000, 3)
    const { replica, folder } = await holding('third', blob)
    const path = fileOf(folder, blob)
    const { size } = await stat(path)
    const chunks = Math.round(size / 128_928)
    const slots = new Set<number>()
    const damage = async (places: Iterable<number>) => {
      slots.clear()
      await using file = await open(path, 'r+')
      for (const at of places) {
        const { buffer } = await file.read(new Uint8Array(1), 0, 1, at)
        await file.write(Uint8Array.of(buffer[0]! ^ 0xff), 0, 1, at)
        slots.add(Math.floor(at / 128_928))
      }
    }
    const hundredth = Math.floor(size / 100)
    const near = Array.from({ length: hundredth }, (_, i) => 128_928 * 5 - 900 + i)
    const strewn = Array.from({ length: hundredth }, (_, i) => i * 100 + ((i * 7_919) % 100))
    for (const [places, broken] of [
      [near, 2],
      [strewn, chunks],
    ] as const) {
      await damage(places)
      expect(slots.size).toBe(broken)
      // What is found is not healed before all of it is.
      const gate = Promise.withResolvers<void>()
      await scene.giver('giver', [blob], { after: gate.promise })
      const [scrubbed, healed] = [next(replica, 'scrubbed', ({ level }) => level === 'full'), next(replica, 'blob')]
      scene.pass(1_008)
      expect(await scrubbed).toMatchObject({ chunks, broken })
      gate.resolve()
      expect(await healed).toMatchObject({ state: 'whole', held: chunks })
    }
  })
})

describe('the time of day', () => {
  it('is nothing that a provider asks for, however it jumps', async () => {
    const asked = new Set<string>()
    let turn = 0
    vi.spyOn(Date, 'now').mockImplementation(() => {
      const from = /\/(storage|src)\/[^\n]*/.exec(new Error().stack ?? '')?.[0]
      if (from !== undefined) asked.add(from)
      return turn++ % 2 === 0 ? 0 : 8e15
    })
    const { replica } = await holding('fourth', await blobWith(300_000, 4))
    const scrubbed = next(replica, 'scrubbed', ({ level }) => level === 'full')
    scene.pass(1_008)
    expect(await scrubbed).toMatchObject({ chunks: 4, broken: 0 })
    scene.undo()
    const dropped = next(replica, 'dropped')
    scene.pass(144)
    await dropped
    expect([...asked]).toEqual([])
  })
})
