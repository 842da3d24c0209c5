import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HistoryOwner, openLevelTable } from '../../src/bus/io/index.ts'
import { WscError } from '../../src/lib/index.ts'
import { openByteStore } from '../../src/lib/io/index.ts'
import { damaged } from '../support/damage.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-damaged-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const owner: HistoryOwner = { params: 'ab', startHeight: 0, startHash: '00' }
const RECORD = 116

it('damage to a history store is told with its cure', async () => {
  const store = join(dir, 'history')
  for (const from of [0, 50]) {
    const table = await openLevelTable(store, owner)
    expect(table.count).toBe(from)
    await table.append(
      new Uint8Array(50 * RECORD).map((_, i) => i * 7),
      true,
    )
    await table.close()
  }
  const copy = join(dir, 'copy')
  let damages = 0
  const readAll = async () => {
    const table = await openLevelTable(copy, owner)
    try {
      await table.read(Array.from({ length: table.count }, (_, i) => i))
      await table.append(new Uint8Array(RECORD), true)
      await table.truncate(table.count)
    } finally {
      await table.close()
    }
  }
  for await (const what of damaged(store, copy)) {
    const error = await readAll().catch((thrown) => thrown)
    if (error === undefined) continue
    expect([what, error]).toEqual([what, expect.any(WscError)])
    expect([what, error.code, error.cure]).toEqual([what, 'E_IO', { act: 'remove-history', subject: copy }])
    damages++
  }
  expect(damages).toBeGreaterThan(10)
})

it('a history of block hashes, as version 1 was, is refused with its cure and left as it is', async () => {
  const store = join(dir, 'old')
  const raw = () =>
    openByteStore({
      path: store,
      name: store,
      codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_IO', failed: 'E_IO' },
      cures: {},
    })
  const [key, meta] = ['meta', JSON.stringify({ format: 1, ...owner, count: 0 })].map((text) =>
    new TextEncoder().encode(text),
  ) as [Uint8Array, Uint8Array]
  const old = await raw()
  await old.put(key, meta, { sync: false })
  await old.close()
  await expect(openLevelTable(store, owner)).rejects.toMatchObject({
    code: 'E_DATA_DIR_VERSION',
    cure: { act: 'remove-history', subject: store },
  })
  const again = await raw()
  expect(await again.get(key)).toEqual(meta)
  await again.close()
})
