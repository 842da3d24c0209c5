import { beforeAll, describe, expect, it } from 'vitest'
import { type CircuitProof, FIELD_MODULUS, type ProofVerifier } from '../../../src/proving/index.ts'
import { arbitrary, flipped, fromLittleEndian, littleEndian, replaced } from './bytes.ts'

/** Keys are made and folds compressed: some seconds each on a quiet machine. */
const SCENE_MS = 600_000

/** What the suite needs of one implementation. */
export interface VerifierScene {
  readonly verifier: ProofVerifier
  /** Of several different runs of the verifier's circuit, each with at least two public values. */
  readonly runs: readonly CircuitProof[]
  /** Verifiers of the same implementation whose keys are others: of another circuit, of other powers. */
  readonly strangers: readonly ProofVerifier[]
  /** Where in a proof field elements and points of 32 bytes lie: one of each kind at least. */
  readonly scalars: readonly number[]
  readonly points: readonly number[]
  /** Of how many bytes of a proof one is altered. */
  readonly stride: number
}

const REFUSED = { ok: false, reject: expect.stringMatching(/^proof-(malformed|invalid)$/) }
const MALFORMED = { ok: false, reject: 'proof-malformed' }
const BAD_VALUES = { ok: false, reject: 'bad-public-values' }

/** What every `ProofVerifier` owes its callers: it accepts what was proved, names why it refuses, and never breaks. */
export function proofVerifierContract(name: string, make: () => Promise<VerifierScene>): void {
  describe(`ProofVerifier: ${name}`, { timeout: 300_000 }, () => {
    let scene: VerifierScene
    beforeAll(async () => {
      scene = await make()
    }, SCENE_MS)

    it('accepts every proof of its circuit', async () => {
      const { verifier, runs } = scene
      expect(verifier.info.keyId).toMatch(/^[0-9a-f]{64}$/)
      for (const { proof, publicValues } of runs) {
        expect(publicValues).toHaveLength(32 * verifier.info.publicValues)
        expect(await verifier.verify(proof, publicValues)).toEqual({ ok: true })
      }
    })

    it('refuses other public values: of another run, one altered, in another order', async () => {
      const { verifier, runs } = scene
      const [{ proof, publicValues }, other] = runs as [CircuitProof, CircuitProof]
      expect(await verifier.verify(proof, other.publicValues)).toMatchObject({ reject: 'proof-invalid' })
      for (let at = 0; at < publicValues.length; at += 32) {
        expect(await verifier.verify(proof, flipped(publicValues, at, 1))).toMatchObject({ reject: 'proof-invalid' })
      }
      const swapped = Uint8Array.of(
        ...publicValues.slice(32, 64),
        ...publicValues.slice(0, 32),
        ...publicValues.slice(64),
      )
      expect(await verifier.verify(proof, swapped)).toMatchObject({ reject: 'proof-invalid' })
    })

    it('refuses public values that are too few, too many or not canonical', async () => {
      const { verifier, runs } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      const spare = littleEndian(fromLittleEndian(publicValues.subarray(0, 32)) + FIELD_MODULUS)
      for (const bad of [
        new Uint8Array(),
        publicValues.slice(32),
        publicValues.slice(0, -1),
        Uint8Array.of(...publicValues, ...new Uint8Array(32)),
        replaced(publicValues, 0, spare),
        replaced(publicValues, 0, new Uint8Array(32).fill(255)),
      ]) {
        expect(await verifier.verify(proof, bad)).toMatchObject(BAD_VALUES)
      }
    })

    it('calls what is no byte array a mistake of its caller', async () => {
      const { verifier, runs } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      for (const wrong of [[106n, 7n], [...publicValues], 'text', null, undefined] as unknown as Uint8Array[]) {
        await expect(verifier.verify(proof, wrong)).rejects.toMatchObject({ code: 'E_OPTIONS' })
        await expect(verifier.verify(wrong, publicValues)).rejects.toMatchObject({ code: 'E_OPTIONS' })
      }
      expect(await verifier.verify(proof, publicValues)).toEqual({ ok: true })
    })

    it('refuses a proof altered anywhere', async () => {
      const { verifier, runs, stride } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      for (let at = 0; at < proof.length; at += stride) {
        expect(await verifier.verify(flipped(proof, at), publicValues), `byte ${at}`).toMatchObject(REFUSED)
      }
    })

    it('refuses a proof cut short, lengthened, or of another run', async () => {
      const { verifier, runs } = scene
      const [{ proof, publicValues }, other] = runs as [CircuitProof, CircuitProof]
      for (const length of [0, 1, 31, 32, proof.length >> 1, proof.length - 32, proof.length - 1]) {
        expect(await verifier.verify(proof.slice(0, length), publicValues)).toMatchObject(MALFORMED)
      }
      for (const more of [1, 32, 100_000]) {
        const longer = new Uint8Array(proof.length + more)
        longer.set(proof)
        expect(await verifier.verify(longer, publicValues)).toMatchObject(MALFORMED)
      }
      expect(await verifier.verify(other.proof, publicValues)).toMatchObject(REFUSED)
    })

    it('refuses a field element that is not canonical', async () => {
      const { verifier, runs, scalars } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      for (const at of scalars) {
        // The same element by another number: 2^256 holds it five times.
        const spare = littleEndian(fromLittleEndian(proof.subarray(at, at + 32)) + FIELD_MODULUS)
        expect(await verifier.verify(replaced(proof, at, spare), publicValues), `at ${at}`).toMatchObject(MALFORMED)
      }
    })

    it('refuses a point off its curve, the neutral one, and another one', async () => {
      const { verifier, runs, points } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      for (const at of points) {
        const verdicts: unknown[] = []
        for (let x = 0n; x < 12n; x++) {
          const verdict = await verifier.verify(replaced(proof, at, littleEndian(x)), publicValues)
          expect(verdict, `at ${at}, x = ${x}`).toMatchObject(REFUSED)
          verdicts.push('reject' in verdict && verdict.reject)
        }
        // About half of all coordinates have no point.
        expect(verdicts).toContain('proof-malformed')
        expect(await verifier.verify(replaced(proof, at, new Uint8Array(32).fill(255)), publicValues)).toMatchObject(
          MALFORMED,
        )
      }
    })

    it('refuses proofs under another key', async () => {
      const { verifier, runs, strangers } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      expect(strangers.length).toBeGreaterThan(1)
      for (const stranger of strangers) {
        expect(stranger.info.keyId).not.toBe(verifier.info.keyId)
        expect(await stranger.verify(proof, publicValues)).toMatchObject({ ok: false })
      }
    })

    it('judges any bytes at all, and goes on', async () => {
      const { verifier, runs } = scene
      const [{ proof, publicValues }] = runs as [CircuitProof]
      for (const bytes of arbitrary(60, proof.length)) {
        expect(await verifier.verify(bytes, publicValues)).toMatchObject(REFUSED)
      }
      for (const value of [0, 1, 64, 128, 255]) {
        expect(await verifier.verify(new Uint8Array(proof.length).fill(value), publicValues)).toMatchObject(REFUSED)
      }
      expect(await verifier.verify(proof, publicValues)).toEqual({ ok: true })
    })

    it('judges several at once', async () => {
      const { verifier, runs } = scene
      const asked = [...runs, ...runs].flatMap(({ proof, publicValues }) => [
        verifier.verify(proof, publicValues),
        verifier.verify(flipped(proof, 40), publicValues),
      ])
      const verdicts = (await Promise.all(asked)).map(({ ok }) => ok)
      expect(verdicts).toEqual(verdicts.map((_, i) => i % 2 === 0))
    })
  })
}
