import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { regtest } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { compileCircuit, ensureSetup, NativeEngine } from '../../src/proving/io/index.ts'
import { STEPS } from '../../storage/certificate/certificate.ts'
import { certificateJson } from '../../storage/certificate/certificate-json.ts'
import { drawnUnit, startOf, stateBytes } from '../../storage/certificate/statement.ts'
import { verifyCertificate } from '../../storage/certificate/verify.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { certifyCircuit } from '../../storage/io/index.ts'
import { certifyInput, SAMPLES_A_STEP } from '../../storage/sampling/certify-input.ts'
import type { OpenedUnit } from '../../storage/sampling/opened-unit.ts'
import {
  bothParts,
  certificateOf,
  chainJson,
  drawingOf,
  options,
  PROOFS,
  type ProofRecipe,
  proofFile,
  UNITS,
  vectorFile,
} from './certificate-scene.ts'
import { kernel } from './kernels.ts'
import { encodeUnit } from './mask-reference.ts'

/**
 * `node test/storage/make-certificate-proofs.ts [NAME …]`: the proofs of `certificate-scene.ts` anew, to be run after a change
 * of the circuit or of the scene. Half a minute each.
 */
const addon = loadAddon()
const circuit = await compileCircuit(certifyCircuit)
const engine = await NativeEngine.load(await ensureSetup(circuit))
const witnesses = await certifyCircuit.openWitnesses(circuit)

async function unitsOf({ wallet, blob, block }: ProofRecipe): Promise<OpenedUnit[]> {
  const numbers = Uint32Array.from({ length: UNITS }, (_, i) => i)
  const raw = blob.bytes.slice(0, UNITS * UNIT_BYTES)
  const { base } = startOf(kernel, drawingOf({ wallet, blob, ...(block !== undefined && { block }) }))
  const encoded = await addon.maskUnits(encodeField([base]), numbers, raw, true)
  if (blob.elements !== undefined) encoded.set(encodeField(encodeUnit(base, 0, blob.elements)))
  return [...numbers].map((unit) => ({
    unit,
    encoded: encoded.slice(8_192 * unit, 8_192 * (unit + 1)),
    unitRoots: blob.unitRoots.slice(0, 16 * 32),
    chunkPath: blob.tree.chunkPath(0),
  }))
}

async function make(recipe: ProofRecipe): Promise<Uint8Array> {
  const { steps = STEPS, from = 0, units } = recipe
  const honest = startOf(kernel, drawingOf(recipe))
  const start = { ...honest, sample: from, units: units ?? honest.units }
  const kept = await unitsOf(recipe)
  const fold = engine.begin(stateBytes(start))
  for (let step = 0; step < steps; step++) {
    const before = { ...start, sample: from + SAMPLES_A_STEP * step }
    const drawn = Array.from({ length: SAMPLES_A_STEP }, (_, i) =>
      drawnUnit(kernel, { ...before, sample: before.sample + i }),
    )
    const samples = drawn.map((number) => kept[number] as OpenedUnit)
    await fold.fold(await witnesses.witness(certifyInput(kernel, stateBytes(before), samples)))
  }
  return await fold.compress()
}

const wanted = process.argv.slice(2)
for (const [name, recipe] of Object.entries(PROOFS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const began = performance.now()
  const proof = await make(recipe)
  const file = fileURLToPath(proofFile(name))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, proof)
  console.log(`${name}  ${proof.length} bytes  ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

const bytes = await certificateOf({ keys: await bothParts() })
const result = await verifyCertificate(bytes, options)
writeFileSync(fileURLToPath(vectorFile('two-keys.certificate')), bytes)
const json = { chain: chainJson(), verified: certificateJson(result, regtest) }
writeFileSync(fileURLToPath(vectorFile('two-keys.json')), `${JSON.stringify(json, null, 2)}\n`)
