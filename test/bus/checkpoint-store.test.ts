import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { beforeEach, describe, expect, it } from 'vitest'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/bus/io/prover/checkpoint-codec.ts'
import { type CheckpointEntry, CheckpointStore } from '../../src/bus/io/prover/checkpoint-store.ts'
import { exportCheckpoint, importCheckpoint } from '../../src/bus/io/prover/transfer.ts'
import { diskFiles, type Files } from '../../src/lib/io/index.ts'
import type { FixtureChain } from './chain-fixture.ts'
import { FakeEngine } from './fake-engine.ts'
import { poseidon } from './poseidon-reference.ts'
import { branches, main, owner, ProverPlace, source, start, stateAt } from './prover-fixture.ts'

const place = new ProverPlace()
let folder: string
beforeEach(() => {
  folder = join(place.dir, 'checkpoints')
})
const open = (files: Files = diskFiles) =>
  CheckpointStore.open({ dir: place.dir, owner, params: regtest, poseidon, files })

async function withStore<T>(use: (store: CheckpointStore) => T, files?: Files): Promise<Awaited<T>> {
  const store = await open(files)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

const save = (store: CheckpointStore, height: number) =>
  store.save(stateAt(main, height - 1), height, new Uint8Array(100).fill(height))

async function saveUpTo(height: number): Promise<void> {
  await withStore(async (store) => {
    for (let at = 1; at <= height; at++) await save(store, at)
  })
}

const list = () => withStore((store) => store.list())
const heights = (entries: readonly CheckpointEntry[]) => entries.map(({ height }) => height)
/** Every lower one was saved before. */
const inOrder = (entries: readonly CheckpointEntry[]) =>
  entries.every(({ sequence }, i) => i === 0 || sequence < (entries[i - 1] as CheckpointEntry).sequence)

describe('a checkpoint of another format', () => {
  const later = (bytes: Uint8Array) => Uint8Array.from([...new TextEncoder().encode('WSCCKPT2'), ...bytes.subarray(8)])

  it('stays on the disk, with an entry or without, and is not imported as damaged', async () => {
    await saveUpTo(3)
    const [third, second] = await list()
    if (third === undefined || second === undefined) throw new Error('no checkpoints')
    const bytes = later(await readFile(join(folder, third.file)))
    await writeFile(join(folder, third.file), bytes)
    // Short and unknown, as a format may be; short and ours, as a crash leaves it; empty.
    await writeFile(join(folder, '7-0123456789abcdef.checkpoint'), 'WSC2')
    await writeFile(join(folder, '8-0123456789abcdef.checkpoint'), 'WSCCKPT1')
    await writeFile(join(folder, '9-0123456789abcdef.checkpoint'), '')
    await withStore(async (store) => {
      expect(heights(store.list())).toEqual([3, 2, 1])
      expect(await store.load(third)).toBeNull()
      expect(await store.load(second)).not.toBeNull()
      expect(heights(store.list())).toEqual([2, 1])
    })
    expect(heights(await list())).toEqual([2, 1])
    expect(await readFile(join(folder, third.file))).toEqual(Buffer.from(bytes))
    expect((await readdir(folder)).filter((name) => /^[789]-/.test(name))).toEqual(['7-0123456789abcdef.checkpoint'])
    const taken = await withStore((store) =>
      importCheckpoint(bytes, { store, engine: new FakeEngine(start), start, poseidon }),
    )
    expect(taken).toMatchObject({ ok: false, reject: 'wrong-format' })
  })

  it('or with a fold that the engine does not take: an older one serves, and it stays', async () => {
    let file = ''
    await place.withProver(async (prover, _engine, store) => {
      for (const height of [4, 8]) await prover.advanceTo(source(main.headers), height)
      file = join(folder, (store.list()[0] as CheckpointEntry).file)
    })
    const decoded = decodeCheckpoint(await readFile(file))
    if (!decoded.ok) throw new Error(decoded.detail)
    const bytes = encodeCheckpoint({ ...decoded.checkpoint, fold: new Uint8Array(50) })
    await writeFile(file, bytes)
    await place.withProver(async (prover, engine, store) => {
      await prover.advanceTo(source(main.headers), 6)
      expect(engine.folded).toBe(1)
      await prover.advanceTo(source(main.headers), 9)
      expect(engine.folded).toBe(3)
      expect(heights(store.list())).toEqual([9, 6, 4])
    })
    expect(await readFile(file)).toEqual(Buffer.from(bytes))
  })
})

describe('a checkpoint whose file was exchanged', () => {
  it('for one of another chain is entered under what it holds, and an older one serves', async () => {
    const other = branches[1] as FixtureChain
    await place.withProver(async (prover) => {
      for (const height of [50, 58]) await prover.advanceTo(source(main.headers), height)
    })
    const [newest] = await list()
    if (newest === undefined) throw new Error('no checkpoints')
    await place.withProver(async (prover, _engine, store) => {
      await prover.advanceTo(source(other.headers), 61)
      const [there] = store.list()
      await copyFile(join(folder, there?.file as string), join(folder, newest.file))
    })
    await place.withProver(async (prover, engine, store) => {
      expect(await prover.advanceTo(source(main.headers), 60)).toMatchObject({ ok: true })
      expect(engine.folded).toBe(5)
      expect(store.list().some(({ file }) => file === newest.file)).toBe(false)
    })
    const again = (await list()).find(({ file }) => file === newest.file)
    expect(again).toMatchObject({ height: 61, hash: toDisplay(stateAt(other, 60).context.hash) })
    for (const chain of [main, other]) {
      await place.withProver(async (prover) => {
        expect(await prover.judge(source(chain.headers), 60)).toMatchObject({ ok: true })
        expect(await prover.advanceTo(source(chain.headers), 60)).toMatchObject({ ok: true })
      })
    }
  })

  it('is not handed on as what it was', async () => {
    await saveUpTo(3)
    const [third, second] = (await list()) as [CheckpointEntry, CheckpointEntry]
    await copyFile(join(folder, second.file), join(folder, third.file))
    await withStore(async (store) => {
      await expect(exportCheckpoint(store)).rejects.toMatchObject({ code: 'E_CHECKPOINT' })
      expect((await exportCheckpoint(store)).entry).toEqual(second)
    })
  })
})

describe('a checkpoint that is let go', () => {
  it.each(['remove', 'del'])('does not come back as the newest after a crash at %s', async (at) => {
    await saveUpTo(5)
    const files: Files = {
      ...diskFiles,
      remove: async (path) => {
        if (at === 'del') await diskFiles.remove(path)
        throw Object.assign(new Error('the machine died'), { code: 'EIO' })
      },
    }
    await withStore(async (store) => {
      const oldest = store.list().at(-1) as CheckpointEntry
      await expect(store.drop(oldest)).rejects.toMatchObject({ code: 'E_IO' })
    }, files)
    const entries = await list()
    expect(heights(entries)).toEqual(at === 'del' ? [5, 4, 3, 2] : [5, 4, 3, 2, 1])
    expect(inOrder(entries)).toBe(true)
  })

  it('nor one whose entry alone was lost', async () => {
    await saveUpTo(6)
    const saved = await list()
    const index = new Level(join(place.dir, 'index'))
    for (const { file, height } of saved) if (height === 2 || height === 6) await index.del(file)
    await index.close()
    const entries = await list()
    expect(entries.map(({ height, sequence }) => [height, sequence])).toEqual([
      [6, 6],
      [5, 5],
      [4, 4],
      [3, 3],
      [2, 2],
      [1, 1],
    ])
  })
})

describe('an index', () => {
  const index = () => join(place.dir, 'index')
  const write = async (match: RegExp, content: string | Buffer | null) => {
    const names = (await readdir(index())).filter((name) => match.test(name))
    expect(names).not.toEqual([])
    for (const name of names) {
      if (content === null) await rm(join(index(), name))
      else await writeFile(join(index(), name), content)
    }
  }
  const garbage = Buffer.alloc(900, 9)
  const damages: [string, () => Promise<void>][] = [
    ['without a right CURRENT', () => write(/^CURRENT$/, 'garbage')],
    ['with an empty CURRENT', () => write(/^CURRENT$/, '')],
    ['whose manifest is gone', () => write(/^MANIFEST/, null)],
    ['whose manifest is garbage', () => write(/^MANIFEST/, garbage)],
    ['whose table is gone', () => write(/\.ldb$/, null)],
    ['whose table is garbage', () => write(/\.ldb$/, garbage)],
    ['whose table is empty', () => write(/\.ldb$/, '')],
    [
      'with a line that is no JSON',
      async () => {
        const level = new Level(index())
        await level.put('1-0123456789abcdef.checkpoint', '{"fi')
        await level.close()
      },
    ],
  ]

  it.each(damages)('%s is set aside and made again from the checkpoints', async (_, damage) => {
    await saveUpTo(12)
    // Opened again, so that a table holds the lines.
    const before = await list()
    for (const time of [1, 2]) {
      await damage()
      expect(await list()).toEqual(before)
      const aside = (await readdir(place.dir)).filter((name) => name.startsWith('index.'))
      expect(aside).toEqual(Array.from({ length: time }, (_, i) => `index.damaged-${i + 1}`))
      // As a table again.
      expect(await list()).toEqual(before)
    }
    await withStore((store) => save(store, 13))
    expect(heights(await list())[0]).toBe(13)
  })

  it('locked, or not to be moved, stays where it is', async () => {
    await saveUpTo(3)
    await withStore(async () => {
      await expect(open()).rejects.toMatchObject({ code: 'E_LOCKED' })
    })
    await write(/^CURRENT$/, 'garbage')
    // Another process found the same and was faster.
    const faster: Files = {
      ...diskFiles,
      rename: async (from, to) => {
        await mkdir(to)
        await writeFile(join(to, 'CURRENT'), '')
        await diskFiles.rename(from, to)
      },
    }
    await expect(open(faster)).rejects.toMatchObject({ code: 'E_LOCKED' })
    const failing: Files = {
      ...diskFiles,
      rename: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    }
    await expect(open(failing)).rejects.toMatchObject({ code: 'E_DISK_FULL' })
    expect(await readFile(join(index(), 'CURRENT'), 'utf8')).toBe('garbage')
  })

  it('that the system does not let be read stays too', async () => {
    await rm(index(), { recursive: true, force: true })
    await mkdir(place.dir, { recursive: true })
    await writeFile(index(), 'a file')
    await expect(open()).rejects.toMatchObject({ code: 'E_IO' })
    expect(await readdir(place.dir)).toEqual(['index'])
  })
})

describe('what a crash left half-written', () => {
  it('goes when the directory is opened, and nothing beside it', async () => {
    await saveUpTo(1)
    const left = ['status.json.partial', 'status.json.77-0a1b2c3d.partial', 'version.json.77-0a1b2c3d.partial']
    const others = ['chain.proof.77-0a1b2c3d.partial', 'status.json']
    for (const name of [...left, ...others]) await writeFile(join(place.dir, name), 'x')
    await withStore(() => undefined)
    expect((await readdir(place.dir)).sort()).toEqual([...others, 'checkpoints', 'index', 'version.json'].sort())
  })

  it('but not under another process', async () => {
    await withStore(async () => {
      const name = join(place.dir, 'status.json.77-0a1b2c3d.partial')
      await writeFile(name, 'x')
      await expect(open()).rejects.toMatchObject({ code: 'E_LOCKED' })
      expect(await readFile(name, 'utf8')).toBe('x')
    })
  })
})
