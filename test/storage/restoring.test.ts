import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { aborted, abortedError, concatBytes } from '../../src/lib/index.ts'
import { blobShape } from '../../storage/blob/shape.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { ScratchFiles } from '../../storage/io/index.ts'
import { BlobReader } from '../../storage/reading/blob-reader.ts'
import { someBytes } from './bytes.ts'
import { kernel, wasmKernel } from './kernels.ts'
import { ReadingPlace } from './reading-place.ts'
import { altered, type Fate, withholding } from './some-sources.ts'

const content = someBytes(300_000)
const { dataUnits, parityUnits } = blobShape(content.length)
let place: ReadingPlace
let id: string
beforeAll(async () => {
  place = await ReadingPlace.make()
  id = await place.blob(content)
})
afterAll(() => place?.remove())

/** As many units as may be lost, spread over data and parity alike. */
const third = new Set(Array.from({ length: parityUnits }, (_, i) => 3 * i + 1))

async function all(reader: BlobReader, start = 0, end = content.length): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of reader.read(id, start, end)) pieces.push(piece)
  return concatBytes(...pieces)
}

describe('what nobody gives is restored', () => {
  it.each<[string, Fate]>([
    ['withheld', 'withheld'],
    ['wrong', 'wrong'],
  ])('where a third of all units is %s at every source', async (_, fate) => {
    const source = altered(place.blobs, withholding(third, fate))
    expect(await all(new BlobReader({ kernel, sources: [source, source] }))).toEqual(content)
  })

  it('where chunks are withheld and their units are not, with the addon and with WebAssembly', async () => {
    const noData = altered(place.blobs, (kind, index) => (kind === 'chunk' && index < 2 ? 'withheld' : 'given'))
    for (const one of [kernel, await wasmKernel()]) {
      expect(await all(new BlobReader({ kernel: one, sources: [noData] }), 1_000, 200_000)).toEqual(
        content.slice(1_000, 200_000),
      )
    }
  })

  it('with paths that lead to the root, so that it can be given on', async () => {
    const reader = new BlobReader({ kernel, sources: [altered(place.blobs, withholding(third))] })
    const unit = await reader.piece(id, 'unit', 1)
    const chunk = await reader.piece(id, 'chunk', 0)
    expect(unit).toEqual({ ok: true, piece: await place.blobs.unit(id, 1) })
    expect(chunk).toEqual({ ok: true, piece: await place.blobs.chunk(id, 0) })
  })

  it('once, for all who want it', async () => {
    const source = altered(place.blobs, withholding(third))
    const reader = new BlobReader({ kernel, sources: [source], cacheBytes: 0 })
    expect(await Promise.all([all(reader), all(reader, 7), all(reader, 0, 10)])).toEqual([
      content,
      content.slice(7),
      content.slice(0, 10),
    ])
    const asked = source.asked.length
    expect(await all(reader)).toEqual(content)
    expect(source.asked.length).toBe(asked)
  })

  it('in files without names, which are closed in the end', async () => {
    const before = await readdir(place.folder)
    const scratch = new ScratchFiles(place.folder)
    const sources = [altered(place.blobs, withholding(third))]
    const reader = new BlobReader({ kernel, sources, restoring: { scratch: () => scratch.open() } })
    expect(await all(reader)).toEqual(content)
    expect([scratch.count, await readdir(place.folder)]).toEqual([1, before])
    await reader.close()
    expect(scratch.count).toBe(0)
  })
})

describe('what cannot be restored', () => {
  it('is told with how much there is, and not looked for again at once', async () => {
    const source = altered(place.blobs, withholding(new Set([...third, 0])))
    const reader = new BlobReader({ kernel, sources: [source] })
    const found = await reader.piece(id, 'unit', 1)
    expect(found).toMatchObject({ ok: false, reject: 'not-found' })
    expect(!found.ok && found.detail).toMatch(new RegExp(`[0-9]+ units are to be had, ${dataUnits} restore the blob`))
    const asked = source.asked.length
    expect(await reader.piece(id, 'unit', 1)).toMatchObject({ ok: false })
    expect(source.asked.length).toBe(asked + 1)
    await expect(all(reader)).rejects.toMatchObject({ code: 'E_UNREADABLE', cause: { reject: 'not-found' } })
  })

  it('is not looked for where nobody can be reached', async () => {
    let asked = 0
    const away = async () => {
      asked++
      throw new Error('away')
    }
    const source = { name: 'away', content: (id: string) => place.blobs.content(id), unit: away, chunk: away }
    const reader = new BlobReader({ kernel, sources: [source] })
    expect(await reader.piece(id, 'unit', 0)).toMatchObject({ ok: false, reject: 'unreachable' })
    expect(asked).toBeLessThan(10)
  })

  it('is no blob whose parity its author made up', async () => {
    const lie = await place.spoiltBlob(content, (units) => units.set([1, 2, 3], dataUnits * UNIT_BYTES))
    const source = altered(place.blobs, withholding(new Set([0])))
    const reader = new BlobReader({ kernel, sources: [source] })
    const found = await reader.piece(lie, 'unit', 0)
    expect(!found.ok && found.detail).toContain('parity that is none of its data')
  })

  it('ends as soon as nobody waits for it', async () => {
    const abort = new AbortController()
    let signal: AbortSignal | undefined
    const source = {
      ...altered(place.blobs, withholding(third)),
      chunk: async (_: string, chunk: number, given?: AbortSignal) => {
        if (chunk < 3) return null
        signal = given
        abort.abort()
        return null
      },
    }
    const reader = new BlobReader({ kernel, sources: [source] })
    await expect(reader.piece(id, 'unit', 1, abort.signal)).rejects.toMatchObject({ code: 'E_ABORTED' })
    expect(signal?.aborted).toBe(true)
  })
})

describe('blobs whose sources are slow', () => {
  /** Of some blobs nothing is given, and no answer comes either until who asks leaves. */
  const slowOf = (slow: (id: string) => boolean) => {
    const { blobs } = place
    const hanging = new Set<string>()
    const asked = new Set<string>()
    const give = (kind: 'unit' | 'chunk') => async (id: string, index: number, signal?: AbortSignal) => {
      asked.add(id)
      if (kind === 'unit' && index === 1) return null
      if (!slow(id)) return kind === 'unit' || index > 0 ? await blobs[kind](id, index) : null
      hanging.add(id)
      await aborted(signal as AbortSignal)
      throw abortedError()
    }
    const content = (id: string) => blobs.content(id)
    return { name: 'slow', hanging, asked, content, unit: give('unit'), chunk: give('chunk') }
  }

  it('keep no other from being restored, and are given up after a time', async () => {
    const others = await Promise.all([2, 3, 4, 5].map((seed) => place.blob(someBytes(100_000, seed))))
    const source = slowOf((id) => others.includes(id))
    const reader = new BlobReader({ kernel, sources: [source] })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const [first, ...rest] = others.map((other) => reader.piece(other, 'unit', 1))
      await vi.waitFor(() => expect(source.hanging.size).toBe(4), { timeout: 50_000, interval: 5 })
      const waits = reader.piece(id, 'unit', 1)
      // The shortest time, and 200 ms for its bytes.
      await vi.advanceTimersByTimeAsync(60_000)
      expect(source.hanging.size).toBe(4)
      await vi.advanceTimersByTimeAsync(200)
      expect(await first).toMatchObject({ ok: false, detail: expect.stringContaining('not restored within 61 s') })
      expect(await waits).toMatchObject({ ok: true })
      for (const one of rest) expect(await one).toMatchObject({ ok: false, reject: 'not-found' })
    } finally {
      vi.useRealTimers()
    }
  })

  it('are not restored any more where everybody left before their turn', async () => {
    const [left, ...others] = await Promise.all([2, 3, 4, 5, 6].map((seed) => place.blob(someBytes(100_000, seed))))
    const source = slowOf((one) => one !== id)
    const reader = new BlobReader({ kernel, sources: [source], restoring: { goesOn: true } })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const hanging = others.map((other) => reader.piece(other, 'unit', 1))
      await vi.waitFor(() => expect(source.hanging.size).toBe(4), { timeout: 50_000, interval: 5 })
      const leaving = new AbortController()
      const asked = reader.piece(left as string, 'unit', 1, leaving.signal)
      await vi.waitFor(() => expect(source.asked).toContain(left), { timeout: 50_000, interval: 5 })
      leaving.abort()
      await expect(asked).rejects.toMatchObject({ code: 'E_ABORTED' })
      const next = reader.piece(id, 'unit', 1)
      await vi.advanceTimersByTimeAsync(60_200)
      for (const one of hanging) expect(await one).toMatchObject({ ok: false })
      expect(await next).toMatchObject({ ok: true })
      expect(source.hanging).toEqual(new Set(others))
    } finally {
      vi.useRealTimers()
    }
  })

  it('leave room for others beside them', async () => {
    const other = await place.blob(someBytes(100_000, 6))
    const reader = new BlobReader({ kernel, sources: [slowOf((id) => id === other)] })
    const leaving = new AbortController()
    const hangs = reader.piece(other, 'unit', 1, leaving.signal)
    expect(await reader.piece(id, 'unit', 1)).toMatchObject({ ok: true })
    leaving.abort()
    await expect(hangs).rejects.toMatchObject({ code: 'E_ABORTED' })
  })
})
