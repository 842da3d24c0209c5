import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { openWasmProofVerifier, type WitnessSource } from '../../src/proving/index.ts'
import { compileCircuit, ensureProofSetup, NativeProofEngine } from '../../src/proving/io/index.ts'
import { winCircuit } from '../../storage/io/index.ts'
import { winThreshold } from '../../storage/sampling/threshold.ts'
import { winInput } from '../../storage/sampling/win-input.ts'
import { winPublicValues } from '../../storage/sampling/win-statement.ts'
import { someBytes } from '../storage/bytes.ts'
import { attempt, lowHalf, type Tried, type WinScene, winScene } from '../storage/encoded-partition.ts'
import { kernel } from '../storage/kernels.ts'

const THRESHOLD = winThreshold(10)
/** Found by trying: one of some 12,000 tries wins in partitions of 1,024 positions. */
const WINS = someBytes(32, 1_459)

let scene: WinScene
let won: Tried
let engine: NativeProofEngine
let witnesses: WitnessSource
let key: Uint8Array
beforeAll(async () => {
  scene = await winScene()
  won = attempt(scene, WINS, 0, THRESHOLD)
  const keys = await ensureProofSetup(await compileCircuit(winCircuit))
  engine = await NativeProofEngine.load(keys)
  witnesses = await winCircuit.openWitnesses(keys.circuit)
  key = await readFile(keys.verifierKey)
})
afterAll(() => witnesses.close())

test('a try that wins is proved, and verified natively and by WebAssembly', async () => {
  expect(lowHalf(won.ticket)).toBeLessThan(THRESHOLD)
  const { proof, publicValues } = await engine.prove(
    await witnesses.witness(winInput(kernel, won.statement, won.units)),
  )
  expect(publicValues).toEqual(winPublicValues(won.statement))
  expect(proof.length).toBe(2_656)
  const wasm = await openWasmProofVerifier(
    await readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)),
    key,
  )
  expect(await engine.verify(proof, publicValues)).toEqual({ ok: true })
  expect(await wasm.verify(proof, publicValues)).toEqual({ ok: true })
  // A win of another network, block, key, partition, fill, table, network's threshold or try.
  const values = decodeField(publicValues)!
  for (const [i, value] of values.entries()) {
    const verdict = await engine.verify(proof, encodeField(values.with(i, value + 1n)))
    expect(verdict).toMatchObject({ ok: false, reject: 'proof-invalid' })
  }
  // A bit of each of its words, and its last byte left out or one added.
  const judge = async (forged: Uint8Array) => {
    const verdict = await engine.verify(forged, publicValues)
    return verdict.ok ? 'accepted' : verdict.reject
  }
  for (let at = 0; at < proof.length; at += 32) {
    const altered = proof.map((byte, i) => (i === at ? byte ^ 1 : byte))
    expect(await judge(altered), `byte ${at}`).toMatch(/^proof-(invalid|malformed)$/)
  }
  expect(await judge(proof.slice(0, -1))).toBe('proof-malformed')
  expect(await judge(new Uint8Array([...proof, 0]))).toBe('proof-malformed')
})

test('one that does not win has no witness', async () => {
  const { statement, units } = attempt(scene, WINS, 1, THRESHOLD)
  await expect(witnesses.witness(winInput(kernel, statement, units))).rejects.toMatchObject({ code: 'E_WITNESS' })
})
