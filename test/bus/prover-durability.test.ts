import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { CheckpointStore } from '../../src/bus/io/prover/checkpoint-store.ts'
import { expendable } from '../../src/bus/io/prover/retention.ts'
import { diskFiles, type Files } from '../../src/lib/io/index.ts'
import { FakeEngine } from './fake-engine.ts'
import { poseidon } from './poseidon-reference.ts'
import { heightOf, main, owner, ProverPlace, source, start } from './prover-fixture.ts'

const place = new ProverPlace()
const withProver: ProverPlace['withProver'] = (use, changes) => place.withProver(use, changes)

describe('prover loop', () => {
  it('tells the first error when saving fails after it, and a lost state before an interrupt', async () => {
    const full: Files = {
      ...diskFiles,
      writeSynced: async (path, bytes) => {
        if (path.includes('.checkpoint')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
        await diskFiles.writeSynced(path, bytes)
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

  it('saves its state when interrupted, once', async () => {
    const stop = new AbortController()
    const saved: number[] = []
    const interrupted: Parameters<typeof withProver>[0] = async (prover, engine) => {
      prover.events.on('checkpoint', ({ context }) => saved.push(context.height))
      engine.onFold = () => {
        if (engine.folded === 9) stop.abort()
      }
      await expect(prover.advanceTo(source(main.headers), 60, stop.signal)).rejects.toMatchObject({ code: 'E_ABORTED' })
    }
    await withProver(interrupted)
    expect(saved).toEqual([20])
    await withProver(async (prover, engine, store) => {
      expect(store.list()[0]?.height).toBe(20)
      await prover.advanceTo(source(main.headers), 60)
      expect(engine.folded).toBe(20)
    })
  })
})

describe('checkpoint store', () => {
  it('refuses a second process, another owner and another format', async () => {
    await withProver(async () => {
      await expect(withProver(async () => undefined)).rejects.toMatchObject({ code: 'E_LOCKED' })
    })
    const other = { ...owner, keyId: 'other' }
    await expect(
      CheckpointStore.open({ dir: place.dir, owner: other, params: regtest, poseidon }),
    ).rejects.toMatchObject({
      code: 'E_DATA_DIR_MISMATCH',
    })
    for (const text of ['{"format":9,"params":"p","start":"s","keyId":"k"}', 'garbage', '']) {
      await writeFile(join(place.dir, 'version.json'), text)
      await expect(withProver(async () => undefined)).rejects.toMatchObject({ code: 'E_DATA_DIR_VERSION' })
    }
  })

  it('survives a crash at any file operation', async () => {
    let completed = false
    for (let crashAt = 1; !completed; crashAt++) {
      await rm(place.dir, { recursive: true, force: true })
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
        expect((await readdir(join(place.dir, 'checkpoints'))).filter((name) => name.endsWith('.partial'))).toEqual([])
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
      ...diskFiles,
      async writeSynced(path, bytes) {
        await diskFiles.writeSynced(path, bytes.subarray(0, 100))
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
    ...diskFiles,
    writeSynced: guard(diskFiles.writeSynced, (path, bytes) =>
      diskFiles.writeSynced(path, bytes.subarray(0, bytes.length >> 1)),
    ),
    rename: guard(diskFiles.rename),
    syncDir: guard(diskFiles.syncDir),
    remove: guard(diskFiles.remove),
  }
}
