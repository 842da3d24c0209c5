import { beforeAll, describe, expect, it } from 'vitest'
import type { Fold, FoldEngine, SnarkVerifier } from '../../../src/proving/index.ts'
import { flipped, lengthened } from './bytes.ts'

/** Keys are made and folds compressed: some seconds each on a quiet machine. */
const SCENE_MS = 600_000

/** What the suite needs of one implementation: a step circuit of which steps can be made. */
export interface FoldScene {
  readonly engine: FoldEngine
  readonly verifier: SnarkVerifier
  readonly start: Uint8Array
  /** The witness of the n-th step from a state, and the state that follows. */
  step(state: Uint8Array, n: number): { readonly witness: Uint8Array; readonly next: Uint8Array }
}

/** What every `FoldEngine` owes its callers. */
export function foldEngineContract(name: string, make: () => Promise<FoldScene>): void {
  describe(`FoldEngine: ${name}`, { timeout: 300_000 }, () => {
    let scene: FoldScene
    beforeAll(async () => {
      scene = await make()
    }, SCENE_MS)

    /** A fold that has taken so many steps, and its state. */
    async function folded(steps: number): Promise<{ fold: Fold; state: Uint8Array }> {
      const { engine, start, step } = scene
      const fold = engine.begin(start)
      let state = start
      for (let n = 0; n < steps; n++) {
        const { witness, next } = step(state, n)
        await fold.fold(witness)
        state = next
      }
      return { fold, state }
    }

    it('folds, keeps, goes on from what it kept, and proves what it folded', async () => {
      const { engine, verifier, start, step } = scene
      expect(engine.info).toMatchObject({ keyId: verifier.keyId, setup: verifier.setup, arity: verifier.arity })
      for (const steps of [0, 1, 3]) {
        const { fold, state } = await folded(steps)
        expect([fold.steps, fold.state()]).toEqual([steps, state])
        const again = await engine.restore(await fold.save(), start)
        expect([again.steps, again.state()]).toEqual([steps, state])
        const { witness, next } = step(state, steps)
        await again.fold(witness)
        expect(await verifier.verify(await again.compress(), steps + 1, start)).toEqual(next)
      }
    })

    it('folds on after it was compressed, and compresses again', async () => {
      const { verifier, start, step } = scene
      const { fold, state } = await folded(1)
      expect(await verifier.verify(await fold.compress(), 1, start)).toEqual(state)
      const { witness, next } = step(state, 1)
      await fold.fold(witness)
      expect(await verifier.verify(await fold.compress(), 2, start)).toEqual(next)
    })

    it('forks: either fold goes on as if there were no other', async () => {
      const { verifier, start, step } = scene
      for (const steps of [0, 2]) {
        const { fold, state } = await folded(steps)
        const fork = await fold.fork()
        const [one, other] = [step(state, steps), step(state, steps + 7)]
        await fold.fold(one.witness)
        expect([fork.steps, fork.state()]).toEqual([steps, state])
        await fork.fold(other.witness)
        expect(await verifier.verify(await fold.compress(), steps + 1, start)).toEqual(one.next)
        expect(await verifier.verify(await fork.compress(), steps + 1, start)).toEqual(other.next)
      }
    })

    it('refuses a step from another state or with a broken wire, and stays as it was', async () => {
      const { engine, start, step } = scene
      const { fold, state } = await folded(1)
      const { witness } = step(state, 1)
      for (let wire = 0; wire < engine.info.wires; wire++) {
        await expect(fold.fold(flipped(witness, 32 * wire, 1))).rejects.toMatchObject({ code: 'E_WITNESS' })
      }
      for (const bad of [step(start, 0).witness, witness.slice(32), new Uint8Array(witness.length), new Uint8Array()]) {
        await expect(fold.fold(bad)).rejects.toMatchObject({ code: 'E_WITNESS' })
      }
      expect([fold.steps, fold.state()]).toEqual([1, state])
      await fold.fold(witness)
      expect(fold.steps).toBe(2)
    })

    it('refuses a saved fold that is damaged, cut short, lengthened or from another start', async () => {
      const { engine, start } = scene
      const saved = await (await folded(2)).fold.save()
      const stride = Math.ceil(saved.length / 60)
      for (let at = 0; at < saved.length; at += stride) {
        const restoring = engine.restore(flipped(saved, at), start)
        await expect(restoring, `byte ${at}`).rejects.toMatchObject({ code: 'E_ACCUMULATOR' })
      }
      for (const bad of [new Uint8Array(), saved.slice(0, 100), saved.slice(0, -1), lengthened(saved)]) {
        await expect(engine.restore(bad, start)).rejects.toMatchObject({ code: 'E_ACCUMULATOR' })
      }
      await expect(engine.restore(saved, flipped(start, 0, 1))).rejects.toMatchObject({ code: 'E_ACCUMULATOR' })
      expect((await engine.restore(saved, start)).steps).toBe(2)
    })

    it('proves nothing of no steps, and stops when asked to', async () => {
      const { engine, verifier, start } = scene
      await expect(engine.begin(start).compress()).rejects.toMatchObject({ code: 'E_ACCUMULATOR' })
      const { fold, state } = await folded(1)
      await expect(fold.compress({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late')
      expect(await verifier.verify(await fold.compress(), 1, start)).toEqual(state)
    })
  })
}
