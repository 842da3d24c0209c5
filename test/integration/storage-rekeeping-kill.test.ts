import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { CHUNK_BYTES, storageParams } from '../../storage/index.ts'
import { ChunkStore } from '../../storage/io/replica/chunk-store.ts'
import { blobWith, type TestBlob } from '../storage/test-blob.ts'

const child = fileURLToPath(new URL('../support/rekeeping-process.ts', import.meta.url))
const [FIRST, SECOND] = ['cd'.repeat(32), 'ef'.repeat(32)]

let folder: string
const blobs: TestBlob[] = []

const opened = () => ChunkStore.open({ folder, params: storageParams(regtest), mask: openMask })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-rekeeping-'))
  for (const seed of [1, 2, 3]) blobs.push(await blobWith(600_000, seed))
  const store = await opened()
  for (const { id, root, length, bytes, tree, unitRoots } of blobs) {
    await store.add({ id, root, length, height: 1 })
    for (let chunk = 0; chunk < 8; chunk++) {
      await store.put(id, chunk, {
        bytes: bytes.slice(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES),
        path: tree.chunkPath(chunk),
        unitRoots: unitRoots.slice(512 * chunk, 512 * (chunk + 1)),
      })
    }
  }
  await store.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Keeps so many chunks anew, and is killed while others are under way; or all of them, and ends. */
async function keepAnew(key: string, chunks: number | 'all'): Promise<void> {
  const argv = [child, folder, key, String(chunks === 'all' ? 24 : chunks)]
  const run = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = new Promise((resolve) => run.on('close', (code) => resolve(code)))
  let told = 0
  for await (const _ of createInterface(run.stdout)) if (++told === chunks) run.kill('SIGKILL')
  expect(await closed).toBe(chunks === 'all' ? 0 : null)
}

/** How many chunks are kept under a key, after each was found to be as it was. */
async function keptUnder(key: string | null): Promise<number> {
  const store = await opened()
  try {
    store.setAim(key)
    for (const { id, bytes, length } of blobs) {
      expect(store.missing({ id, length })).toEqual([])
      for (let chunk = 0; chunk < 8; chunk++) {
        const held = await store.get(id, chunk)
        expect(held?.bytes).toEqual(bytes.slice(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES))
      }
    }
    return blobs.reduce((total, { id }) => total + 8 - store.strays(id).length, 0)
  } finally {
    await store.close()
  }
}

describe('keeping chunks anew', () => {
  it('loses nothing by kills, whatever was under way, and goes on where it was', { timeout: 120_000 }, async () => {
    for (const key of [FIRST, SECOND, null]) {
      let done = 0
      for (const chunks of [2, 9]) {
        await keepAnew(key ?? 'raw', chunks)
        const now = await keptUnder(key)
        // Those that were told of, and of those under way, one a blob, perhaps some.
        expect(now).toBeGreaterThanOrEqual(done + chunks)
        expect(now).toBeLessThanOrEqual(done + chunks + 2)
        done = now
      }
      await keepAnew(key ?? 'raw', 'all')
      expect(await keptUnder(key)).toBe(24)
      for (const { id } of blobs) {
        const names = (await readdir(join(folder, 'chunks', id.slice(0, 2)))).filter((name) => name.startsWith(id))
        expect(names).toEqual([key === null ? id : `${id}.encoded-${key}`])
      }
    }
  })
})
