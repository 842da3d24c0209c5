import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { FIELD_MODULUS } from '../../src/bus/field.ts'
import { type CheckpointFile, decodeCheckpoint, encodeCheckpoint } from '../../src/bus/io/prover/checkpoint-codec.ts'
import { CheckpointStore } from '../../src/bus/io/prover/checkpoint-store.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import { BusProver } from '../../src/bus/io/prover/prover.ts'
import type { StateJson } from '../../src/bus/io/prover/state-codec.ts'
import { readStatus } from '../../src/bus/io/prover/status.ts'
import { exportCheckpoint, importCheckpoint } from '../../src/bus/io/prover/transfer.ts'
import { diskFiles, type Files } from '../../src/lib/io/index.ts'
import { headerFile, mineChain, regtestStart } from './chain-fixture.ts'
import { FAKE_KEY, FakeEngine } from './fake-engine.ts'
import { poseidon } from './poseidon-reference.ts'

const start = regtestStart()
const main = mineChain(12)
const owner = { params: 'p', start: 's', keyId: FAKE_KEY }
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-checkpoint-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const open = (at: string, files: Files = diskFiles) =>
  CheckpointStore.open({ dir: at, owner, params: regtest, poseidon, files })

function engineOf(): FakeEngine {
  const engine = new FakeEngine(start)
  for (const state of main.states) engine.know(state)
  return engine
}

/** A directory with the checkpoints of heights 4 and 8, and the bytes of the latter. */
async function made(at: string): Promise<{ bytes: Uint8Array; checkpoint: CheckpointFile }> {
  const store = await open(at)
  const engine = engineOf()
  const source = fileSource(headerFile(main.headers))
  if (!source.ok) throw new Error(source.reject)
  const prover = new BusProver({ start, engine, witnesses: engine, store, poseidon, clock: () => 1_800_000_000_000 })
  await prover.advanceTo(source.source, 4)
  await prover.advanceTo(source.source, 8)
  const { bytes } = await exportCheckpoint(store)
  await store.close()
  const decoded = decodeCheckpoint(bytes)
  if (!decoded.ok) throw new Error(decoded.detail)
  return { bytes, checkpoint: decoded.checkpoint }
}

/** States under a right checksum that are none, or not the one that was folded. */
function alterations(state: StateJson): [what: string, reject: string, state: StateJson][] {
  const [peak, ...rest] = state.peaks as [StateJson['peaks'][number], ...StateJson['peaks']]
  const root = (value: bigint) => ({ ...state, peaks: [{ ...peak, root: value.toString(16) }, ...rest] })
  return [
    ['root at the modulus', 'damaged', root(FIELD_MODULUS)],
    ['root of 256 bits', 'damaged', root((1n << 256n) - 1n)],
    ['a tree too large', 'damaged', { ...state, peaks: [{ ...peak, size: 'f'.repeat(64) }] }],
    ['chainwork too wide', 'damaged', { ...state, chainwork: 'f'.repeat(33) }],
    ['tiny target', 'damaged', { ...state, bits: 0x03000001 }],
    ['no target', 'damaged', { ...state, bits: 0 }],
    ['negative target', 'damaged', { ...state, bits: 0x20ffffff }],
    ['another root', 'not-proved', root(5n)],
    ['more work', 'not-proved', { ...state, chainwork: 'ffff' }],
    ['another height', 'not-proved', { ...state, height: 9 }],
    ['another time', 'not-proved', { ...state, maxTime: state.maxTime + 1 }],
    ['another target', 'not-proved', { ...state, bits: 0x1d00ffff }],
  ]
}

describe('a checkpoint made elsewhere', () => {
  it('is refused when its state or fold was altered and sealed again', async () => {
    const { checkpoint } = await made(join(dir, 'a'))
    const store = await open(join(dir, 'b'))
    const take = (file: CheckpointFile) =>
      importCheckpoint(encodeCheckpoint(file), { store, engine: engineOf(), start, poseidon })
    for (const [what, reject, state] of alterations(checkpoint.state)) {
      expect([what, await take({ ...checkpoint, state })]).toMatchObject([what, { ok: false, reject }])
    }
    const fold = checkpoint.fold.with(5, (checkpoint.fold[5] as number) ^ 1)
    expect(await take({ ...checkpoint, fold })).toMatchObject({ ok: false, reject: 'not-proved' })
    expect(await take({ ...checkpoint, fold: new Uint8Array() })).toMatchObject({ ok: false, reject: 'not-proved' })
    expect(await take({ ...checkpoint, steps: 3 })).toMatchObject({ ok: false, reject: 'not-proved' })
    expect(store.list()).toEqual([])
    expect(await take(checkpoint)).toMatchObject({ ok: true, entry: { height: 8 } })
    await store.close()
  })

  it('put into the folder by hand is passed over, and left there when it is whole', async () => {
    const at = join(dir, 'a')
    const { bytes, checkpoint } = await made(at)
    const folder = join(at, 'checkpoints')
    const impossible = alterations(checkpoint.state).filter(([, reject]) => reject === 'damaged')
    for (const [i, [, , state]] of impossible.entries()) {
      await writeFile(join(folder, `9${i}-0123456789abcdef.checkpoint`), encodeCheckpoint({ ...checkpoint, state }))
    }
    await writeFile(join(folder, '99-0123456789abcdef.checkpoint'), bytes.subarray(0, -1))
    const store = await open(at)
    expect(store.list().map(({ height }) => height)).toEqual([8, 4])
    await store.close()
    expect(await readdir(folder)).toHaveLength(2 + impossible.length)
  })
})

describe('a disk that cannot be read now', () => {
  it.each(['EIO', 'EMFILE', 'EACCES'])('%s is told and costs no checkpoint', async (code) => {
    const at = join(dir, 'a')
    await made(at)
    let broken = false
    const failing: Files = {
      ...diskFiles,
      async read(path, limit) {
        if (broken && path.endsWith('.checkpoint')) throw Object.assign(new Error(code), { code })
        return await diskFiles.read(path, limit)
      },
    }
    const store = await open(at, failing)
    broken = true
    const [newest] = store.list()
    if (newest === undefined) throw new Error('no checkpoint')
    await expect(store.load(newest)).rejects.toMatchObject({ code: 'E_IO', cause: { code } })
    expect(store.list()).toHaveLength(2)
    broken = false
    expect(await store.load(newest)).not.toBeNull()
    await store.close()
    // Nor when it is found without its entry as the directory is opened.
    await rm(join(at, 'index'), { recursive: true })
    broken = true
    await expect(open(at, failing)).rejects.toMatchObject({ code: 'E_IO' })
    const again = await open(at)
    expect(again.list().map(({ height }) => height)).toEqual([8, 4])
    await rm(join(at, 'checkpoints', newest.file))
    expect(await again.load(newest)).toBeNull()
    expect(again.list()).toHaveLength(1)
    await again.close()
  })
})

describe('a directory that is not ours', () => {
  it('is left as it is: with files of others, another format, another owner', async () => {
    await writeFile(join(dir, 'thesis.txt'), 'years of work')
    await expect(open(dir)).rejects.toMatchObject({
      code: 'E_DATA_DIR_MISMATCH',
      message: /thesis.txt/,
      cure: { act: 'new-data-dir' },
    })
    expect(await readdir(dir)).toEqual(['thesis.txt'])
    const later = join(dir, 'later')
    await diskFiles.makeDir(later)
    for (const [text, code] of [
      ['{"format":2,"params":"p","start":"s","keyId":"k"}', 'E_DATA_DIR_VERSION'],
      ['{"format":1,"params":"p","start":"s","keyId":"k"}', 'E_DATA_DIR_MISMATCH'],
      ['x'.repeat(100_000), 'E_IO'],
    ] as const) {
      await writeFile(join(later, 'version.json'), text)
      await expect(open(later)).rejects.toMatchObject({ code })
      expect(await readdir(later)).toEqual(['version.json'])
    }
  })

  it('is ours where a first run ended before it could say so', async () => {
    await made(dir)
    await rm(join(dir, 'version.json'))
    await writeFile(join(dir, 'version.json.partial'), '{"for')
    const store = await open(dir)
    expect(store.list()).toHaveLength(2)
    await store.close()
    expect(JSON.parse(await readFile(join(dir, 'version.json'), 'utf8'))).toMatchObject({ format: 1, ...owner })
  })

  it('gives no status without an end', async () => {
    await writeFile(join(dir, 'status.json'), ' '.repeat(70_000))
    await expect(readStatus(dir, () => false)).rejects.toMatchObject({ code: 'E_IO' })
  })
})
