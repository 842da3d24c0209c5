import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Header, regtest } from '../../src/bitcoin/index.ts'
import { CheckpointStore } from '../../src/bus/prover/checkpoint-store.ts'
import { type Files, nodeFiles } from '../../src/bus/prover/files.ts'
import { fileSource, type HeaderSource, nodeSource } from '../../src/bus/prover/header-source.ts'
import { BusProver, type ProverOptions } from '../../src/bus/prover/prover.ts'
import { expendable } from '../../src/bus/prover/retention.ts'
import { verifyProof } from '../../src/bus/verify.ts'
import { type FixtureChain, headerFile, mineChain, regtestStart } from './chain-fixture.ts'
import { FAKE_KEY, FakeEngine } from './fake-engine.ts'
import { poseidon } from './poseidon-reference.ts'

const main = mineChain(60)
const start = regtestStart()
const NOW = 1_800_000_000
const stateAt = (chain: FixtureChain, i: number) => chain.states[i] as NonNullable<FixtureChain['states'][number]>
/** Leaves `main` after height `fork`. */
const branch = (fork: number, length: number): FixtureChain => {
  const tail = mineChain(length, 7, fork === 0 ? start : stateAt(main, fork - 1))
  return {
    headers: [...main.headers.slice(0, fork), ...tail.headers],
    states: [...main.states.slice(0, fork), ...tail.states],
  }
}
const source = (headers: readonly Header[]): HeaderSource => {
  const made = fileSource(headerFile(headers))
  if (!made.ok) throw new Error(made.reject)
  return made.source
}
const owner = { params: 'p', start: 's', keyId: FAKE_KEY }

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-prover-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function withProver<T>(
  use: (prover: BusProver, engine: FakeEngine, store: CheckpointStore) => Promise<T>,
  changes: Partial<ProverOptions> & { files?: Files } = {},
): Promise<T> {
  const { files = nodeFiles, ...rest } = changes
  const store = await CheckpointStore.open({ dir, owner, params: regtest, poseidon, files })
  const engine = new FakeEngine(start)
  for (const chain of [main, ...branches]) for (const state of chain.states) engine.know(state)
  const prover = new BusProver({
    start,
    engine,
    witnesses: engine,
    store,
    poseidon,
    clock: () => NOW * 1000,
    ...rest,
  })
  try {
    return await use(prover, engine, store)
  } finally {
    await store.close()
  }
}
const branches = [branch(59, 2), branch(54, 8), branch(30, 35)]

async function heightOf(prover: BusProver): Promise<number> {
  const verifier = new FakeEngine(start)
  const result = await verifyProof(await prover.compress(), { params: regtest, verifier, now: NOW })
  if (!result.valid) throw new Error(`${result.reason}: ${result.detail}`)
  return result.height
}

describe('prover loop', () => {
  it('folds two headers a step, the last alone, and proves what it folded', async () => {
    await withProver(async (prover, engine) => {
      expect((await prover.advanceTo(source(main.headers), 7)).ok).toBe(true)
      expect([engine.folded, engine.halfSteps]).toEqual([4, 1])
      expect(await heightOf(prover)).toBe(7)
      // A later header starts a new step.
      await prover.advanceTo(source(main.headers), 8)
      expect([engine.folded, engine.halfSteps]).toEqual([5, 2])
      expect(await heightOf(prover)).toBe(8)
    })
  })

  it('resumes from a checkpoint in another process', async () => {
    await withProver((prover) => prover.advanceTo(source(main.headers), 20))
    await withProver(async (prover, engine, store) => {
      expect(store.list().map((entry) => entry.height)).toEqual([20])
      await prover.advanceTo(source(main.headers), 30)
      expect(engine.folded).toBe(5)
      expect(await heightOf(prover)).toBe(30)
    })
  })

  it('goes back to the newest checkpoint at or below the height asked for', async () => {
    await withProver(async (prover, engine) => {
      for (const height of [10, 20, 30]) await prover.advanceTo(source(main.headers), height)
      const before = engine.folded
      await prover.advanceTo(source(main.headers), 23)
      expect(engine.folded - before).toBe(2)
      expect(await heightOf(prover)).toBe(23)
    })
  })

  it.each([0, 1, 2])('follows a reorg to the other branch (%i)', async (i) => {
    const other = branches[i] as FixtureChain
    const fork = main.headers.findIndex((header, at) => header !== other.headers[at])
    await withProver(async (prover, engine, store) => {
      for (const height of [fork, 60]) await prover.advanceTo(source(main.headers), height)
      const before = engine.folded
      await prover.advanceTo(source(other.headers))
      expect(engine.folded - before).toBe(Math.ceil((other.headers.length - fork) / 2))
      expect(await heightOf(prover)).toBe(other.headers.length)
      expect(prover.state?.context.hash).toEqual(stateAt(other, other.states.length - 1).context.hash)
      expect(store.list().some((entry) => entry.height === 60)).toBe(true)
      // And back again: the abandoned branch's checkpoint still serves.
      const again = engine.folded
      await prover.advanceTo(source(main.headers), 60)
      expect(engine.folded).toBe(again)
    })
  })

  it('saves every step near the end of a run when told to', async () => {
    await withProver(
      async (prover, _engine, store) => {
        await prover.advanceTo(source(main.headers), 20)
        expect(store.list().map(({ height }) => height)).toEqual([20, 18, 16, 14])
      },
      { saveNearTip: 6 },
    )
  })

  it('looks anew when the node reorganises between checking and folding', async () => {
    const other = branches[1] as FixtureChain
    let chain = main
    const node = nodeSource({
      getBlockCount: async () => chain.headers.length,
      getBlockHash: async (height) => (height === 0 ? start.context.hash : stateAt(chain, height - 1)?.context.hash),
      getHeaders: async (from, count) =>
        chain.headers.slice(from - 1, from - 1 + Math.min(count, 7)).map((header) => ({ header })),
    })
    await withProver(async (prover, engine) => {
      let folds = 0
      engine.onFold = () => {
        if (++folds === 27) chain = other
      }
      expect((await prover.advanceTo(node)).ok).toBe(true)
      expect(prover.state?.context.hash).toEqual(stateAt(other, other.states.length - 1).context.hash)
      expect(await heightOf(prover)).toBe(62)
    })
  })

  it('judges every header before it folds any', async () => {
    const forged = main.headers.map((header, i) => (i === 40 ? { ...header, time: 5 } : header))
    await withProver(async (prover, engine) => {
      const result = await prover.advanceTo(source(forged))
      expect(result).toMatchObject({ ok: false, height: 41 })
      expect(engine.folded).toBe(0)
    })
    expect(fileSource(headerFile(main.headers).slice(0, -3))).toMatchObject({
      ok: false,
      reject: 'bad-length',
      height: 60,
    })
    await withProver(
      async (prover) => {
        const result = await prover.advanceTo(source(main.headers), 3)
        expect(result).toMatchObject({ ok: false, reject: 'time-too-new', height: 1 })
      },
      { clock: () => (regtest.genesis.time - 8000) * 1000 },
    )
  })

  it('does not look again where headers cannot change', async () => {
    const real = source(main.headers)
    let reads = 0
    // Gone between the check (one read) and the folding: a node may reorganise so, a file is damaged.
    const failing = (fixed: boolean): HeaderSource => ({
      ...real,
      fixed,
      headers: async (from, count) => (++reads > 1 ? [] : await real.headers(from, count)),
    })
    await withProver(async (prover) => {
      await expect(prover.advanceTo(failing(true))).rejects.toMatchObject({ code: 'E_REORG' })
      expect(reads).toBe(2)
      reads = 0
      await expect(prover.advanceTo(failing(false))).rejects.toMatchObject({ code: 'E_NO_HEADERS' })
      expect(reads).toBe(3)
    })
  })

  it('tells the first error when saving fails after it, and a lost state before an interrupt', async () => {
    const full: Files = {
      ...nodeFiles,
      writeSynced: async (path, bytes) => {
        if (path.includes('.checkpoint')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
        await nodeFiles.writeSynced(path, bytes)
      },
    }
    const cause = new Error('socket')
    for (const first of [new Error('the node went away'), new Error('the node went away', { cause })]) {
      const had = first.cause
      let known = 0
      const witness = async (engine: FakeEngine, input: Parameters<FakeEngine['witness']>[0]) => {
        if (++known > 4) throw first
        return await engine.witness(input)
      }
      const inner = new FakeEngine(start)
      const witnesses = {
        witness: (input: Parameters<FakeEngine['witness']>[0]) => witness(inner, input),
        close: async () => {},
      }
      await withProver(
        async (prover) => {
          const error = await prover.advanceTo(source(main.headers), 20).catch((caught: unknown) => caught)
          expect(error).toBe(first)
          const second = had === undefined ? first.cause : (first.cause as AggregateError).errors[1]
          expect(second).toMatchObject({ code: 'E_DISK_FULL' })
          if (had !== undefined) expect((first.cause as AggregateError).errors[0]).toBe(had)
        },
        { files: full, witnesses },
      )
    }
    const stop = new AbortController()
    await withProver(
      async (prover, engine) => {
        engine.onFold = () => stop.abort()
        const run = prover.advanceTo(source(main.headers), 20, stop.signal)
        await expect(run).rejects.toMatchObject({ code: 'E_DISK_FULL' })
      },
      { files: full },
    )
  })

  it('saves its state when interrupted', async () => {
    const stop = new AbortController()
    await withProver(async (prover, engine) => {
      engine.onFold = () => {
        if (engine.folded === 9) stop.abort()
      }
      await expect(prover.advanceTo(source(main.headers), 60, stop.signal)).rejects.toMatchObject({ code: 'E_ABORTED' })
    })
    await withProver(async (prover, engine, store) => {
      expect(store.list()[0]?.height).toBe(20)
      await prover.advanceTo(source(main.headers), 60)
      expect(engine.folded).toBe(20)
    })
  })

  it('passes over a damaged checkpoint', async () => {
    await withProver(async (prover) => {
      for (const height of [10, 20]) await prover.advanceTo(source(main.headers), height)
    })
    const folder = join(dir, 'checkpoints')
    const name = (await readdir(folder)).find((file) => file.startsWith('20-')) as string
    const bytes = await readFile(join(folder, name))
    bytes[1000] = (bytes[1000] as number) ^ 1
    await writeFile(join(folder, name), bytes)
    await withProver(async (prover, engine) => {
      await prover.advanceTo(source(main.headers), 20)
      expect(engine.folded).toBe(5)
      expect(await heightOf(prover)).toBe(20)
    })
  })
})

describe('checkpoint store', () => {
  it('refuses a second process, another owner and another format', async () => {
    await withProver(async () => {
      await expect(withProver(async () => undefined)).rejects.toMatchObject({ code: 'E_LOCKED' })
    })
    const other = { ...owner, keyId: 'other' }
    await expect(CheckpointStore.open({ dir, owner: other, params: regtest, poseidon })).rejects.toMatchObject({
      code: 'E_DATA_DIR_MISMATCH',
    })
    for (const text of ['{"format":9,"params":"p","start":"s","keyId":"k"}', 'garbage', '']) {
      await writeFile(join(dir, 'version.json'), text)
      await expect(withProver(async () => undefined)).rejects.toMatchObject({ code: 'E_DATA_DIR_VERSION' })
    }
  })

  it('survives a crash at any file operation', async () => {
    let completed = false
    for (let crashAt = 1; !completed; crashAt++) {
      await rm(dir, { recursive: true, force: true })
      await withProver((prover) => prover.advanceTo(source(main.headers), 10))
      const files = crashing(crashAt)
      const run = withProver((prover) => prover.advanceTo(source(main.headers), 20), { files })
      completed = await run.then(
        () => true,
        () => false,
      )
      await withProver(async (prover, engine, store) => {
        const resumed = store.list()[0]?.height
        expect([10, 20]).toContain(resumed)
        expect((await readdir(join(dir, 'checkpoints'))).filter((name) => name.endsWith('.partial'))).toEqual([])
        await prover.advanceTo(source(main.headers), 22)
        expect(engine.folded).toBe(resumed === 20 ? 1 : 6)
        expect(await heightOf(prover)).toBe(22)
      })
      expect(crashAt).toBeLessThan(30)
    }
  })

  it('tells a full disk and keeps the checkpoint before', async () => {
    await withProver((prover) => prover.advanceTo(source(main.headers), 10))
    const full: Files = {
      ...nodeFiles,
      async writeSynced(path, bytes) {
        await nodeFiles.writeSynced(path, bytes.subarray(0, 100))
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      },
    }
    await expect(
      withProver((prover) => prover.advanceTo(source(main.headers), 20), { files: full }),
    ).rejects.toMatchObject({ code: 'E_DISK_FULL' })
    await withProver(async (prover, engine) => {
      await prover.advanceTo(source(main.headers), 12)
      expect(engine.folded).toBe(1)
    })
  })

  it('keeps the last 40 and ever fewer older ones', () => {
    let kept: { height: number; sequence: number }[] = []
    for (let height = 1; height <= 5000; height++) {
      kept.push({ height, sequence: height })
      const drop = new Set(expendable(kept))
      kept = kept.filter((entry) => !drop.has(entry))
      expect(kept.length).toBeLessThan(40 + 2 * 14)
    }
    const heights = kept.map((entry) => entry.height)
    for (let back = 0; back < 40; back++) expect(heights).toContain(5000 - back)
    for (const depth of [100, 400, 1600]) {
      const best = Math.max(...heights.filter((height) => height <= 5000 - depth))
      expect(5000 - best).toBeLessThan(depth * 4)
    }
  })
})

/** Every operation from the given one on fails, the first of them after doing half its work: a machine that dies. */
function crashing(at: number): Files {
  let count = 0
  const guard = <A extends unknown[], R>(run: (...args: A) => Promise<R>, half?: (...args: A) => Promise<unknown>) => {
    return async (...args: A): Promise<R> => {
      if (++count < at) return await run(...args)
      if (count === at) await half?.(...args)
      throw new Error('the machine died')
    }
  }
  return {
    ...nodeFiles,
    writeSynced: guard(nodeFiles.writeSynced, (path, bytes) =>
      nodeFiles.writeSynced(path, bytes.subarray(0, bytes.length >> 1)),
    ),
    rename: guard(nodeFiles.rename),
    syncDir: guard(nodeFiles.syncDir),
    remove: guard(nodeFiles.remove),
  }
}
