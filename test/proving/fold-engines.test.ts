import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openWasmVerifier, type SnarkVerifier } from '../../src/proving/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { flipped, replaced } from './contract/bytes.ts'
import { foldEngineContract } from './contract/fold-engine.ts'
import { type FoldWorld, foldWorld } from './contract/fold-scene.ts'
import { type SnarkScene, snarkVerifierContract } from './contract/snark-verifier.ts'

let made: Promise<FoldWorld> | undefined
const world = () => (made ??= foldWorld())
afterAll(async () => (await made)?.remove())

const wasm = readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url))
type Open = (key: Uint8Array) => Promise<SnarkVerifier>
const openNative: Open = async (key) => new NativeVerifier(key)
const openWasm: Open = async (key) => openWasmVerifier(await wasm, key)

async function scene(open: Open, stride: number): Promise<SnarkScene> {
  const { key, otherCircuit, otherPowers, run } = await world()
  const runs = [await run(3), await run(1)]
  const length = runs[0]?.snark.length as number
  return {
    verifier: await open(key),
    runs,
    otherCircuit: await open(otherCircuit),
    otherPowers: await open(otherPowers),
    // After the state of two elements and the running instance over BN254 (a point, three values, 15 coordinates): the
    // last step's commitment, then the instance over Grumpkin (two points, 21 values).
    points: [64, 672, 704, 736],
    scalars: [0, 96, 192, 768, 800, length - 32],
    stride,
  }
}

foldEngineContract('native', async () => {
  const { engine, key, start, step } = await world()
  return { engine, verifier: new NativeVerifier(key), start, step }
})
snarkVerifierContract('native', () => scene(openNative, 211))
snarkVerifierContract('WebAssembly', () => scene(openWasm, 997))

/** Where the second point begins that differs between keys of one circuit: τ·G2, the only thing that does. */
async function tauG2At(): Promise<number> {
  const { key, otherPowers } = await world()
  const differs = [...key.keys()].filter((at) => key[at] !== otherPowers[at])
  const [first, last] = [differs[0] as number, differs.at(-1) as number]
  expect(key).toHaveLength(otherPowers.length)
  expect(last - first).toBeLessThan(128)
  return first
}

describe.each([
  ['native', openNative],
  ['WebAssembly', openWasm],
] as const)('a stranger’s key, %s', { timeout: 300_000 }, (_, open) => {
  it('is of another circuit when anything but the powers is altered', async () => {
    const { key } = await world()
    const { circuitId } = await open(key)
    const tau = await tauG2At()
    let opened = 0
    // Names and sizes, digests, generators, then the circuit: coefficients, patterns, rows.
    const places = [9, 12, 20, 22, tau - 40, tau + 128, tau + 30_000]
    const circuit = Array.from(
      { length: 40 },
      (_, i) => tau + 128 + 65_600 + 20 + Math.floor((i * (key.length - tau - 65_800)) / 40),
    )
    for (const place of [...places, ...circuit]) {
      const id = await open(flipped(key, place, 1)).then(
        (verifier) => verifier.circuitId,
        (error) => {
          expect(error, `byte ${place}`).toMatchObject({ code: 'E_KEY' })
        },
      )
      expect(id, `byte ${place}`).not.toBe(circuitId)
      if (id !== undefined) opened++
    }
    expect(opened).toBeGreaterThan(1)
  })

  it('is refused where τ·G2 is no point of its group, or of an earlier engine', async () => {
    const { key } = await world()
    const tau = await tauG2At()
    for (const bad of [flipped(key, tau, 1), replaced(key, tau, new Uint8Array(64))]) {
      await expect(open(bad)).rejects.toMatchObject({ code: 'E_KEY' })
    }
    const earlier = replaced(key, 0, new TextEncoder().encode('WSC-KEY\u0001'))
    await expect(open(earlier)).rejects.toThrow('not a verifying key of this kind')
  })
})
