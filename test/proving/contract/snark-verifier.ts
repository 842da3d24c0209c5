import { beforeAll, describe, expect, it } from 'vitest'
import { FIELD_MODULUS, type SnarkVerifier } from '../../../src/proving/index.ts'
import { arbitrary, flipped, fromLittleEndian, littleEndian, replaced } from './bytes.ts'

/** A SNARK of so many steps from `start` to `end`. */
export interface FoldedRun {
  readonly snark: Uint8Array
  readonly steps: number
  readonly start: Uint8Array
  readonly end: Uint8Array
}

/** Keys are made and folds compressed: some seconds each on a quiet machine. */
const SCENE_MS = 600_000

/** What the suite needs of one implementation. */
export interface SnarkScene {
  readonly verifier: SnarkVerifier
  readonly runs: readonly FoldedRun[]
  /** The same implementation with other keys: of another circuit, and of the same circuit under other powers. */
  readonly otherCircuit: SnarkVerifier
  readonly otherPowers: SnarkVerifier
  /** Where in a SNARK field elements and points of 32 bytes lie. */
  readonly scalars: readonly number[]
  readonly points: readonly number[]
  /** Of how many bytes of a SNARK one is altered. */
  readonly stride: number
}

const REFUSED = /^E_PROOF_(MALFORMED|INVALID)$/

async function code(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'accepted',
    (error: { readonly code: string }) => error.code,
  )
}

/** What every `SnarkVerifier` owes its callers. */
export function snarkVerifierContract(name: string, make: () => Promise<SnarkScene>): void {
  describe(`SnarkVerifier: ${name}`, { timeout: 300_000 }, () => {
    let scene: SnarkScene
    beforeAll(async () => {
      scene = await make()
    }, SCENE_MS)

    it('returns the state that a proof proves', async () => {
      const { verifier, runs } = scene
      for (const { snark, steps, start, end } of runs) {
        expect(start).toHaveLength(32 * verifier.arity)
        expect(await verifier.verify(snark, steps, start)).toEqual(end)
      }
    })

    it('refuses other steps, starts and lengths', async () => {
      const { verifier, runs } = scene
      const [{ snark, steps, start }] = runs as [FoldedRun]
      for (const wrong of [steps + 1, steps - 1, 0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e300]) {
        expect(await code(verifier.verify(snark, wrong, start)), `${wrong} steps`).toBe('E_PROOF_INVALID')
      }
      const spare = littleEndian(fromLittleEndian(start.subarray(0, 32)) + FIELD_MODULUS)
      for (const from of [
        flipped(start, 0, 1),
        start.slice(32),
        new Uint8Array(),
        replaced(start, 0, spare),
        new Uint8Array(start.length).fill(255),
      ]) {
        expect(await code(verifier.verify(snark, steps, from))).toBe('E_PROOF_INVALID')
      }
      for (const bad of [new Uint8Array(), snark.slice(1), snark.slice(0, -32), Uint8Array.of(...snark, 0)]) {
        expect(await code(verifier.verify(bad, steps, start))).toBe('E_PROOF_MALFORMED')
      }
    })

    it('refuses a SNARK altered anywhere', async () => {
      const { verifier, runs, stride } = scene
      const [{ snark, steps, start }] = runs as [FoldedRun]
      for (let at = 0; at < snark.length; at += stride) {
        expect(await code(verifier.verify(flipped(snark, at), steps, start)), `byte ${at}`).toMatch(REFUSED)
      }
    })

    it('refuses field elements that are not canonical and points off their curve', async () => {
      const { verifier, runs, scalars, points } = scene
      const [{ snark, steps, start }] = runs as [FoldedRun]
      for (const at of scalars) {
        const spare = littleEndian(fromLittleEndian(snark.subarray(at, at + 32)) + FIELD_MODULUS)
        expect(await code(verifier.verify(replaced(snark, at, spare), steps, start))).toBe('E_PROOF_MALFORMED')
      }
      for (const at of points) {
        const codes: string[] = []
        for (let x = 0n; x < 8n; x++) {
          codes.push(await code(verifier.verify(replaced(snark, at, littleEndian(x)), steps, start)))
        }
        for (const found of codes) expect(found, `at ${at}`).toMatch(REFUSED)
        // About half of all coordinates have no point.
        expect(codes).toContain('E_PROOF_MALFORMED')
      }
    })

    it('refuses SNARKs under another key, and tells circuits apart but not powers', async () => {
      const { verifier, otherCircuit, otherPowers, runs } = scene
      const [{ snark, steps, start }] = runs as [FoldedRun]
      for (const stranger of [otherCircuit, otherPowers]) {
        expect(stranger.keyId).not.toBe(verifier.keyId)
        expect(await code(stranger.verify(snark, steps, start))).toMatch(REFUSED)
      }
      expect(verifier.circuitId).toMatch(/^[0-9a-f]{64}$/)
      expect(otherPowers.circuitId).toBe(verifier.circuitId)
      expect(otherCircuit.circuitId).not.toBe(verifier.circuitId)
    })

    it('judges any bytes at all, and goes on', async () => {
      const { verifier, runs } = scene
      const [{ snark, steps, start, end }] = runs as [FoldedRun]
      for (const bytes of arbitrary(20, snark.length)) {
        expect(await code(verifier.verify(bytes, steps, start))).toMatch(REFUSED)
      }
      for (const value of [0, 1, 64, 128, 255]) {
        const bytes = new Uint8Array(snark.length).fill(value)
        expect(await code(verifier.verify(bytes, steps, start))).toMatch(REFUSED)
      }
      expect(await verifier.verify(snark, steps, start)).toEqual(end)
    })
  })
}
