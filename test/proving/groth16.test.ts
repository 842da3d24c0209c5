import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { errorCode } from '../../src/lib/index.ts'
import { Groth16Verifier } from '../../src/proving/groth16/verifier.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { requirePhase2Powers } from '../../src/proving/io/phase2-powers.ts'
import { type Groth16World, groth16World } from './contract/one-shot-scene.ts'
import { proofEngineContract } from './contract/proof-engine.ts'
import { proofVerifierContract, type VerifierScene } from './contract/proof-verifier.ts'

let made: Promise<Groth16World> | undefined
const world = () => (made ??= groth16World())
afterAll(async () => (await made)?.remove())

async function scene(open: (key: Uint8Array) => Promise<ProofVerifier>): Promise<VerifierScene> {
  const { engine, key, witnesses, strangers } = await world()
  return {
    verifier: await open(key),
    runs: await Promise.all(witnesses.map((witness) => engine.prove(witness))),
    strangers: await Promise.all(strangers.map((stranger) => open(stranger))),
    points: [0, 96],
    scalars: [],
    stride: 1,
  }
}

proofEngineContract('groth16, by snarkjs', world)
proofVerifierContract('groth16, by snarkjs', () => scene(async (key) => new Groth16Verifier(key)))

describe('Groth16', { timeout: 300_000 }, () => {
  it('proves in 128 bytes, another time in others, and says that its key is for development', async () => {
    const { engine, witnesses } = await world()
    const [one, two] = [await engine.prove(witnesses[0]!), await engine.prove(witnesses[0]!)]
    expect(one.proof).toHaveLength(128)
    expect(one.proof).not.toEqual(two.proof)
    expect(engine.info).toMatchObject({ scheme: 'groth16', setup: 'insecure-dev', publicValues: 2 })
  })

  it('proves again once its process has ended', async () => {
    const { engine, witnesses } = await world()
    const witness = witnesses[0]!
    await engine.prove(witness)
    engine.close()
    const { proof, publicValues } = await engine.prove(witness)
    expect(await engine.verify(proof, publicValues)).toEqual({ ok: true })
  })

  it('hears who gives up while it waits for its turn', async () => {
    const { engine, witnesses } = await world()
    const first = engine.prove(witnesses[0]!)
    const over = new AbortController()
    const second = engine.prove(witnesses[1]!, { signal: over.signal })
    over.abort(new Error('no longer'))
    await expect(second).rejects.toThrow('no longer')
    const { proof, publicValues } = await first
    expect(await engine.verify(proof, publicValues)).toEqual({ ok: true })
  })

  it('takes no powers that are damaged, or none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wsc-powers-'))
    const file = join(folder, 'powers.ptau')
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('ptau and what else')]) {
      await writeFile(file, bytes)
      await expect(requirePhase2Powers(file)).rejects.toMatchObject({ code: 'E_PTAU' })
    }
    await expect(requirePhase2Powers(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'E_SETUP' })
    await rm(folder, { recursive: true })
  })

  it('refuses a B outside of the subgroup of order r', async () => {
    const { key, engine, witnesses } = await world()
    const verifier = new Groth16Verifier(key)
    const { proof, publicValues } = await engine.prove(witnesses[0]!)
    // Of all points of the twist one in some 10^77 is in it: a coordinate at hand has another, or none.
    const details = new Set<string>()
    for (let x = 1; x <= 8; x++) {
      const other = Uint8Array.from(proof).fill(0, 32, 96)
      other[32] = x
      const verdict = await verifier.verify(other, publicValues)
      expect(verdict).toMatchObject({ ok: false, reject: 'proof-malformed' })
      if (!verdict.ok) details.add(verdict.detail)
    }
    expect(details).toContain('a point outside of the subgroup of order r')
  })

  it('reads a key whole or refuses it', async () => {
    const { key } = await world()
    const opened = (bytes: Uint8Array) => {
      try {
        return new Groth16Verifier(bytes).info.keyId
      } catch (error) {
        return errorCode(error)
      }
    }
    for (const bad of [new Uint8Array(), key.slice(0, 20), key.slice(1), key.slice(0, -1), Uint8Array.of(...key, 0)]) {
      expect(opened(bad)).toBe('E_KEY')
    }
    const { keyId } = new Groth16Verifier(key).info
    for (let at = 0; at < key.length; at += 5) {
      expect(opened(key.with(at, key[at]! ^ (1 << (at % 8))))).not.toBe(keyId)
    }
  })
})
