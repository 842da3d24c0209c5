import { beforeAll, describe, expect, it } from 'vitest'
import type { ProofEngine } from '../../../src/proving/index.ts'
import { flipped } from './bytes.ts'

/** Keys are made and folds compressed: some seconds each on a quiet machine. */
const SCENE_MS = 600_000

/** What the suite needs of one implementation. */
export interface EngineScene {
  readonly engine: ProofEngine
  /** Witnesses of several different runs, in which no wire may be altered. */
  readonly witnesses: readonly Uint8Array[]
  /** The public values of each of them. */
  readonly publicValues: readonly Uint8Array[]
}

/** What every `ProofEngine` owes its callers, besides what it owes them as a verifier. */
export function proofEngineContract(name: string, make: () => Promise<EngineScene>): void {
  describe(`ProofEngine: ${name}`, { timeout: 300_000 }, () => {
    let scene: EngineScene
    beforeAll(async () => {
      scene = await make()
    }, SCENE_MS)

    it('proves every run, and accepts its own proofs', async () => {
      const { engine, witnesses, publicValues } = scene
      expect(witnesses[0]).toHaveLength(32 * engine.info.wires)
      for (const [i, witness] of witnesses.entries()) {
        const stages: string[] = []
        const made = await engine.prove(witness, { onProgress: (stage) => stages.push(stage) })
        expect(made.publicValues).toEqual(publicValues[i])
        expect(await engine.verify(made.proof, made.publicValues)).toEqual({ ok: true })
        expect(new Set(stages).size).toBeGreaterThan(1)
      }
    })

    it('refuses a witness with any wire altered, of another length or not canonical', async () => {
      const { engine, witnesses } = scene
      const [witness] = witnesses as [Uint8Array]
      const bad = [
        ...Array.from({ length: engine.info.wires }, (_, wire) => flipped(witness, 32 * wire, 1)),
        new Uint8Array(),
        witness.slice(32),
        Uint8Array.of(...witness, ...new Uint8Array(32)),
        Uint8Array.of(...witness.slice(0, -32), ...new Uint8Array(32).fill(255)),
      ]
      for (const [i, spoilt] of bad.entries()) {
        await expect(engine.prove(spoilt), `witness ${i}`).rejects.toMatchObject({ code: 'E_WITNESS' })
      }
    })

    it('stops when asked to, with the reason that was given, and goes on', async () => {
      const { engine, witnesses } = scene
      const [witness] = witnesses as [Uint8Array]
      const before = AbortSignal.abort(new Error('too late'))
      await expect(engine.prove(witness, { signal: before })).rejects.toThrow('too late')
      const during = new AbortController()
      const proving = engine.prove(witness, { signal: during.signal })
      during.abort(new Error('changed my mind'))
      await expect(proving).rejects.toThrow('changed my mind')
      const { proof, publicValues } = await engine.prove(witness, { signal: new AbortController().signal })
      expect(await engine.verify(proof, publicValues)).toEqual({ ok: true })
    })

    it('is not disturbed by what a listener throws, nor by proofs at the same time', async () => {
      const { engine, witnesses } = scene
      const onProgress = () => {
        throw new Error('from a listener')
      }
      const made = await Promise.all(witnesses.map((witness) => engine.prove(witness, { onProgress })))
      for (const { proof, publicValues } of made) {
        expect(await engine.verify(proof, publicValues)).toEqual({ ok: true })
      }
    })
  })
}
