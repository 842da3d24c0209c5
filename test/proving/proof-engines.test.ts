import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openWasmProofVerifier, type ProofVerifier } from '../../src/proving/index.ts'
import { NativeProofVerifier } from '../../src/proving/io/index.ts'
import { type OneShotWorld, oneShotWorld } from './contract/one-shot-scene.ts'
import { proofEngineContract } from './contract/proof-engine.ts'
import { proofVerifierContract, type VerifierScene } from './contract/proof-verifier.ts'

let made: Promise<OneShotWorld> | undefined
const world = () => (made ??= oneShotWorld())
afterAll(async () => (await made)?.remove())

const wasm = readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url))
const openWasm = async (key: Uint8Array, ceremonyTauG2?: Uint8Array) =>
  openWasmProofVerifier(await wasm, key, ceremonyTauG2 === undefined ? {} : { ceremonyTauG2 })
const openNative = async (key: Uint8Array, ceremonyTauG2?: Uint8Array) => new NativeProofVerifier(key, ceremonyTauG2)

async function scene(open: (key: Uint8Array) => Promise<ProofVerifier>, stride: number): Promise<VerifierScene> {
  const { engine, key, witnesses, strangers } = await world()
  const runs = await Promise.all(witnesses.map((witness) => engine.prove(witness)))
  // A point, the sum-checks' field elements, the evaluation argument of eight points and six field elements.
  const argument = (runs[0]?.proof.length as number) - 14 * 32
  const [points, last] = [[0, argument, argument + 7 * 32], argument + 13 * 32]
  return {
    verifier: await open(key),
    runs,
    strangers: await Promise.all(strangers.map((stranger) => open(stranger))),
    points,
    scalars: [32, 64, argument - 32, argument + 8 * 32, last],
    stride,
  }
}

proofEngineContract('native', world)
proofVerifierContract('native', () => scene(openNative, 1))
proofVerifierContract('native, by the engine', async () => ({
  ...(await scene(openNative, 7)),
  verifier: (await world()).engine,
}))
proofVerifierContract('WebAssembly', () => scene(openWasm, 11))

describe.each([
  ['native', openNative],
  ['WebAssembly', openWasm],
] as const)('a one-shot key, %s', { timeout: 300_000 }, (_, open) => {
  it('is read whole or refused, whatever is altered', async () => {
    const { key, engine, witnesses } = await world()
    const { proof, publicValues } = await engine.prove(witnesses[0] as Uint8Array)
    const { keyId } = (await open(key)).info
    expect(keyId).toBe(engine.info.keyId)
    for (const bad of [new Uint8Array(), key.slice(0, 20), key.slice(1), key.slice(0, -1), Uint8Array.of(...key, 0)]) {
      await expect(open(bad)).rejects.toMatchObject({ code: 'E_KEY' })
    }
    let others = 0
    const bits = [...key.keys()].flatMap((at) => [
      [at, 0],
      [at, 1 + (at % 7)],
    ])
    for (const [at, bit] of bits as [number, number][]) {
      const spoilt = key.with(at, (key[at] as number) ^ (1 << bit))
      const opened = await open(spoilt).catch((error: { readonly code: string }) => error.code)
      if (typeof opened === 'string') expect(opened).toBe('E_KEY')
      else {
        others++
        expect(opened.info.keyId).not.toBe(keyId)
        expect(await opened.verify(proof, publicValues)).toMatchObject({ ok: false })
      }
    }
    expect(others).toBeGreaterThan(0)
  })

  it('tells its setup by τ·G2 alone', async () => {
    const { key, pin } = await world()
    expect((await open(key)).info.setup).toBe('insecure-dev')
    expect((await open(key, pin)).info.setup).toBe('ceremony')
    await expect(open(key, pin.slice(1))).rejects.toMatchObject({ code: 'E_KEY' })
  })
})
