import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openWasmVerifier, type SnarkVerifier } from '../../src/proving/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { flipped } from './contract/bytes.ts'
import { foldEngineContract } from './contract/fold-engine.ts'
import { type FoldWorld, foldWorld } from './contract/fold-scene.ts'
import { type SnarkScene, snarkVerifierContract } from './contract/snark-verifier.ts'

let made: Promise<FoldWorld> | undefined
const world = () => (made ??= foldWorld())
afterAll(async () => (await made)?.remove())

const wasm = readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url))
type Open = (key: Uint8Array, trustedKeyId?: string) => Promise<SnarkVerifier>
const openNative: Open = (key, trusted = '') => NativeVerifier.open(key, trusted)
const openWasm: Open = async (key, trustedKeyId) =>
  openWasmVerifier(await wasm, key, trustedKeyId === undefined ? {} : { trustedKeyId })

async function scene(open: Open, stride: number): Promise<SnarkScene> {
  const { key, otherCircuit, otherPowers, run } = await world()
  const runs = [await run(1), await run(3)]
  const length = runs[0]?.snark.length as number
  return {
    verifier: await open(key),
    runs,
    otherCircuit: await open(otherCircuit),
    otherPowers: await open(otherPowers),
    // The commitments of the instances over Grumpkin and over BN254, and the latter's public values; the state at the end.
    points: [0, 32, 512, 544],
    scalars: [576, 608, 640, length - 64, length - 32],
    stride,
  }
}

foldEngineContract('native', async () => {
  const { engine, key, start, step } = await world()
  return { engine, verifier: new NativeVerifier(key), start, step }
})
snarkVerifierContract('native', () => scene(openNative, 211))
snarkVerifierContract('WebAssembly', () => scene(openWasm, 997))

describe.each([
  ['native', openNative],
  ['WebAssembly', openWasm],
] as const)('a stranger’s key, %s', { timeout: 300_000 }, (_, open) => {
  /** Where a key of the small circuit holds the digests: of the parameters, of both Spartan keys, before τ·G2. */
  async function digestsAt(): Promise<number> {
    const { key, otherPowers } = await world()
    const first = key.findIndex((byte, at) => byte !== otherPowers[at])
    // Two elements differ with the powers, the third does not, τ·G2 does.
    expect(key.subarray(first + 64, first + 96)).toEqual(otherPowers.subarray(first + 64, first + 96))
    return first
  }

  it('must carry the digest that follows from it, unless it is the one that is trusted', async () => {
    const { key } = await world()
    await expect(open(flipped(key, (await digestsAt()) + 32, 1))).rejects.toMatchObject({ code: 'E_KEY' })
    const { keyId } = await open(key)
    expect((await open(key, keyId)).keyId).toBe(keyId)
  })

  it('is of another circuit when anything but the powers is altered', async () => {
    const { key } = await world()
    const at = await digestsAt()
    const { circuitId } = await open(key)
    // Trusting it by its own id keeps the digests out of the question.
    const idOf = async (spoilt: Uint8Array) => {
      const { createHash } = await import('node:crypto')
      const keyId = createHash('sha256').update('wsc-bitcoin verifying key v1\0').update(spoilt).digest('hex')
      return (await open(spoilt, keyId).catch(() => undefined))?.circuitId
    }
    expect(await idOf(flipped(key, at, 1)), 'parameter digest').toBe(circuitId)
    expect(await idOf(flipped(key, at + 32, 1)), 'primary digest').toBe(circuitId)
    let opened = 0
    for (const place of [60, 1000, 30_000, at - 40, at + 64, key.length - 40_000]) {
      const id = await idOf(flipped(key, place, 1))
      expect(id, `byte ${place}`).not.toBe(circuitId)
      if (id !== undefined) opened++
    }
    expect(opened).toBeGreaterThan(1)
  })
})
