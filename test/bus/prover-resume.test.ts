import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import { headerFile } from './chain-fixture.ts'
import { heightOf, main, ProverPlace, source } from './prover-fixture.ts'

const place = new ProverPlace()
const withProver: ProverPlace['withProver'] = (use, changes) => place.withProver(use, changes)

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

  it('saves every step near the end of a run when told to', async () => {
    await withProver(
      async (prover, _engine, store) => {
        await prover.advanceTo(source(main.headers), 20)
        expect(store.list().map(({ height }) => height)).toEqual([20, 18, 16, 14])
      },
      { saveNearTip: 6 },
    )
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

  it('passes over a damaged checkpoint', async () => {
    await withProver(async (prover) => {
      for (const height of [10, 20]) await prover.advanceTo(source(main.headers), height)
    })
    const folder = join(place.dir, 'checkpoints')
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
