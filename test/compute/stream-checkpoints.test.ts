import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import { StreamCheckpoints } from '../../src/compute/io/stream-checkpoints.ts'
import { decodeCheckpoint, encodeCheckpoint, type StreamCheckpoint } from '../../src/compute/stream/checkpoint.ts'
import { bytesToHex } from '../../src/lib/index.ts'

const program = new Uint8Array(32).fill(7)
const at = (height: number, more: Partial<StreamCheckpoint> = {}): StreamCheckpoint => ({
  ...{ program, from: 0, height, blockHash: blockHash(new Uint8Array(32).fill(height)), steps: 9 },
  trees: [
    { root: 5n, size: 127n },
    { root: 6n, size: 127n },
    { root: 7n, size: 1023n },
  ],
  ...{ state: [1n, 2n], log: [3n], fold: Uint8Array.of(1, 2, 3) },
  ...more,
})

describe('a checkpoint of a stream', () => {
  test('is read as it is written, whole and unaltered alone', () => {
    const bytes = encodeCheckpoint(at(200))
    expect(decodeCheckpoint(bytes)).toEqual({ ok: true, checkpoint: at(200) })
    for (let i = 0; i < bytes.length; i++) {
      expect(decodeCheckpoint(bytes.with(i, bytes[i]! ^ 1)).ok).toBe(false)
      expect(decodeCheckpoint(bytes.subarray(0, i)).ok).toBe(false)
    }
    expect(decodeCheckpoint(Uint8Array.of(...bytes, 0))).toMatchObject({ reject: 'damaged' })
  })
})

describe('a folder of checkpoints', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wsc-streams-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const heights = async (of: StreamCheckpoints, to: number, from = 0) => {
    const found: number[] = []
    for await (const { height } of of.below(program, from, to)) found.push(height)
    return found
  }

  test('has the two newest of a program, and gives those up to a height', async () => {
    const kept = new StreamCheckpoints(folder)
    expect(await heights(kept, 1000)).toEqual([])
    for (const height of [126, 253, 380]) await kept.keep(at(height))
    expect(await heights(kept, 1000)).toEqual([380, 253])
    expect(await heights(kept, 379)).toEqual([253])
    expect(await heights(kept, 1000, 100)).toEqual([])
    await kept.remove(at(380))
    expect(await heights(kept, 1000)).toEqual([253])
  })

  test('removes what is damaged, of something else, or half-written', async () => {
    const kept = new StreamCheckpoints(folder)
    await kept.keep(at(126))
    const own = join(folder, bytesToHex(program))
    const bytes = await readFile(join(own, '126.checkpoint'))
    await writeFile(join(own, '200.checkpoint'), bytes)
    await writeFile(join(own, '300.checkpoint'), 'nothing of the kind')
    await writeFile(join(own, '400.checkpoint.1-aa.partial'), 'half')
    await writeFile(join(own, 'notes.txt'), 'mine')
    expect(await heights(kept, 1000)).toEqual([126])
    expect((await readdir(own)).sort()).toEqual(['126.checkpoint', 'notes.txt'])
  })
})
