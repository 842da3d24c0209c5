import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CompiledCircuit,
  compileCircom,
  ensureProofSetup,
  loadProofVerifier,
  NativeProofEngine,
  WasmWitnessSource,
} from '../../src/index.ts'
import { circuitLines, libraryLines } from '../package/examples.ts'
import { run } from '../support/installed-package.ts'
import { refusesWrongTypes } from './wrong-types.ts'

/** The circuit and the lines of docs/circuits.md, in a folder of their own. */
let directory: string
let document: string
let circuit: CompiledCircuit
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-circuit-'))
  document = await readFile(fileURLToPath(new URL('../../docs/circuits.md', import.meta.url)), 'utf8')
  await writeFile(join(directory, 'product.circom'), circuitLines(document))
  circuit = await compileCircom(join(directory, 'product.circom'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('a circuit of one’s own', () => {
  it('is compiled, set up, proved and verified from a clone by ten lines', async () => {
    const lines = libraryLines(document)
    expect(lines.trim().split('\n').length).toBeLessThanOrEqual(10)
    const library = new URL('../../src/index.ts', import.meta.url).href
    await writeFile(join(directory, 'lines.mjs'), lines.replace("'wsc-bitcoin'", JSON.stringify(library)))
    expect((await run(process.execPath, ['lines.mjs'], directory)).trim()).toBe('{ ok: true }')
  })

  it('shows its outputs and public inputs to whoever has its key, and nothing else passes', async () => {
    const keys = await ensureProofSetup(circuit)
    const engine = await NativeProofEngine.load(keys)
    const witnesses = await WasmWitnessSource.open(circuit)
    const { proof, publicValues } = await engine.prove(await witnesses.witness({ a: 3, b: 5, c: 7 }))
    await witnesses.close()
    const verifier = await loadProofVerifier({ key: keys.verifierKey })
    expect(verifier.info).toMatchObject({ keyId: engine.info.keyId, setup: 'insecure-dev', publicValues: 2 })
    const values = (product: number, c: number) => {
      const bytes = new Uint8Array(64)
      bytes.set([product], 0)
      bytes.set([c], 32)
      return bytes
    }
    expect(publicValues).toEqual(values(105, 7))
    expect(await verifier.verify(proof, publicValues)).toEqual({ ok: true })
    for (const wrong of [values(106, 7), values(105, 8), values(7, 105)]) {
      expect(await verifier.verify(proof, wrong)).toMatchObject({ ok: false, reject: 'proof-invalid' })
    }
  })
})

describe('options', () => {
  const never = () => false
  refusesWrongTypes({
    name: 'compileCircom',
    good: () => ({}),
    takes: { signal: never },
    call: (options) => compileCircom(join(directory, 'product.circom'), options),
  })
  refusesWrongTypes({
    name: 'ensureProofSetup',
    good: () => ({ ptau: join(directory, 'product.circom') }),
    takes: {
      signal: never,
      ptau: (value) => typeof value === 'string',
      ceremonyTauG2: (value) => value instanceof Uint8Array,
      onProgress: (value) => typeof value === 'function',
    },
    call: (options) => ensureProofSetup(circuit, options),
  })
  refusesWrongTypes({
    name: 'WasmWitnessSource.open',
    good: () => ({}),
    takes: {
      memoryBytes: (value) => Number.isInteger(value) && (value as number) >= 65_536 && (value as number) <= 2 ** 32,
      milliseconds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 31,
    },
    call: (options) => WasmWitnessSource.open(circuit, options),
  })
  refusesWrongTypes({
    name: 'loadProofVerifier',
    good: () => ({ key: new Uint8Array(9) }),
    takes: {
      key: (value) => value instanceof Uint8Array || typeof value === 'string',
      wasm: (value) => value instanceof Uint8Array || typeof value === 'string',
      signal: never,
    },
    call: (options) => loadProofVerifier(options),
  })

  it('a main file is a path', async () => {
    for (const value of [null, 5, new Uint8Array(3), new URL('file:///x')]) {
      await expect(compileCircom(value as never)).rejects.toMatchObject({ code: 'E_OPTIONS' })
    }
  })
})
