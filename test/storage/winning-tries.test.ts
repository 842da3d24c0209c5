import { afterAll, describe, expect, it } from 'vitest'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { TryThread } from '../../storage/io/sampling/try-thread.ts'
import { winningTries } from '../../storage/io/sampling/winning-tries.ts'
import type { Challenge } from '../../storage/sampling/draws.ts'
import { placedUnit } from '../../storage/sampling/placed-unit.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { someBytes } from './bytes.ts'
import { firstDraw, secondDraw, summaryOf, ticketOf } from './draws-reference.ts'
import { params } from './judged-wins.ts'
import { kernel } from './kernels.ts'
import { blobOf } from './record-scene.ts'

const FILL = 40
const key = 'ab'.repeat(32)
const table = new StorageTable(kernel, params)
for (const [i, chunks] of [9, 1, 30].entries()) {
  const { id, root } = blobOf(BigInt(i + 1))
  const claim = { id: bytesToHex(id), root: bytesToHex(root), length: 1000, chunks }
  table.apply(i + 1, [{ kind: 'blob', author: 'aa'.repeat(32), ...claim }])
}
const challenge: Challenge = {
  ...{ networkHash: someBytes(32, 1), blockHash: someBytes(32, 2), key: Buffer.from(key, 'hex') },
  ...{ first: 0, fill: FILL },
}
const HEIGHT = 9

/** What would lie on a disk: elements that follow from the place alone. */
const unitAt = (id: string, unit: number) =>
  encodeField(Array.from({ length: 256 }, (_, i) => BigInt(`0x${id.slice(0, 8)}`) * BigInt(unit + 1) + BigInt(i)))

const mask = openMask()
const draw = (tag: number, inputs: readonly bigint[]) =>
  decodeField(mask.storageDraw(tag, encodeField(inputs))) as [bigint, bigint]

/** Every ticket, one after another, by the functions alone. */
function tickets(): bigint[] {
  return Array.from({ length: FILL }, (_, number) => {
    const one = firstDraw(draw, challenge, number)
    const summary = (unit: number) => {
      const placed = placedUnit(table.blobs, 0, unit, HEIGHT)
      if (placed === null) throw new Error('nothing is there')
      return summaryOf(one.alpha, decodeField(unitAt(placed.entry.id, placed.number)) as bigint[])
    }
    const e1 = summary(one.unit)
    return ticketOf(draw, one, [e1, summary(secondDraw(draw, one, e1, FILL))])
  })
}

const thread = new TryThread()
afterAll(() => thread.close())

async function winners(
  threshold: bigint,
  encodedUnit: (key: string, id: string, unit: number) => Promise<Uint8Array | null>,
  signal = new AbortController().signal,
) {
  const tries = winningTries(
    { thread, units: { encodedUnit }, blobs: table.blobs, key, threshold },
    { challenge, height: HEIGHT },
    signal,
  )
  const won: number[] = []
  for (;;) {
    const next = await tries.next()
    if (next.done === true) return { won, count: next.value }
    won.push(next.value.number)
    const [one, two] = next.value.units
    expect([one, two].every(({ entry, number }) => number < 16 * entry.chunks)).toBe(true)
  }
}

describe('the tries of a challenge', () => {
  const all = tickets()
  const threshold = [...all].sort((a, b) => (a < b ? -1 : 1))[5] as bigint

  it('win where the functions say so, off the event loop', async () => {
    const found = await winners(threshold, async (_, id, unit) => unitAt(id, unit))
    expect(found.won).toEqual([...all.keys()].filter((number) => (all[number] as bigint) < threshold))
    expect(found.won).toHaveLength(5)
    expect(found.count).toEqual({ tries: FILL, missed: 0 })
  })

  it('are of the provider’s own key, and of blobs in their places', async () => {
    const asked = new Set<string>()
    await winners(0n, async (of, id, unit) => {
      asked.add(`${of === key} ${id} ${unit}`)
      return unitAt(id, unit)
    })
    const chunks = new Map(table.blobs.entries.map((entry) => [entry.id, entry.chunks]))
    for (const one of asked) {
      const [isOwn, id = '', unit] = one.split(' ')
      expect([isOwn, Number(unit) < 16 * (chunks.get(id) ?? 0)]).toEqual(['true', true])
    }
  })

  it('do without what is not at hand, or damaged', async () => {
    const [gone] = table.blobs.entries
    const without = await winners(threshold, async (_, id, unit) => (id === gone?.id ? null : unitAt(id, unit)))
    const noElements = await winners(threshold, async (_, id, unit) =>
      id === gone?.id ? new Uint8Array(8_192).fill(255) : unitAt(id, unit),
    )
    expect(without).toEqual(noElements)
    expect(without.count.missed).toBeGreaterThan(0)
    expect(without.won.every((number) => (all[number] as bigint) < threshold)).toBe(true)
  })

  it('end with their time', async () => {
    const over = new AbortController()
    const trying = winners(
      threshold,
      async (_, id, unit) => {
        over.abort()
        return unitAt(id, unit)
      },
      over.signal,
    )
    await expect(trying).rejects.toMatchObject({ code: 'E_ABORTED' })
  })

  it('are asked of a thread that has ended in vain', async () => {
    const ended = new TryThread()
    await ended.close()
    await expect(ended.begin(challenge, 0, 1)).rejects.toThrow()
  })
})
