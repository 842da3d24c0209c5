import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { regtest } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { openWasmStorage, openWasmVerifier, type SnarkVerifier, type StorageKernel } from '../../src/proving/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { NativeVerifier, openNativeStorage } from '../../src/proving/io/index.ts'
import { blobId } from '../../storage/blob/id.ts'
import { blobShape, CODING } from '../../storage/blob/shape.ts'
import { BlobTree } from '../../storage/blob/tree.ts'
import { STEPS } from '../../storage/certificate/certificate.ts'
import { type Drawing, drawnUnits, startOf, stateBytes } from '../../storage/certificate/statement.ts'
import { verifySteps } from '../../storage/certificate/verify-steps.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { openStepsEngine, stepsKeys } from '../../storage/io/certificate/open-steps-engine.ts'
import { proveSteps } from '../../storage/io/certificate/prove-steps.ts'
import { certifyInput, SAMPLES_A_STEP } from '../../storage/sampling/certify-input.ts'
import type { OpenedUnit } from '../../storage/sampling/opened-unit.ts'
import type { Bench } from '../bench.ts'
import { bytes } from '../support/quantity.ts'
import { repeat, timed, wallAndCpu } from '../support/timing.ts'

const wasm = fileURLToPath(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url))
/** So many data units: 1.6 MB. */
const DATA_UNITS = 200

export const certificate: Bench = {
  name: 'certificate',
  title: 'Certificates',
  about:
    'One provider’s part of a certificate: 84 drawn units, 14 steps folded, compressed. The units lie in memory, encoded; ' +
    'parameters are loaded before, and counted apart. Verifying is of the steps alone, beside the attestations and the bus ' +
    'proof.',
  async run({ quick, say }) {
    const runs = quick ? 1 : 5
    const kernel = openNativeStorage()
    const { drawing, samples, start } = await replica(kernel)
    say('loading')
    const keys = await stepsKeys()
    const loading = await timed(() => openStepsEngine(kernel, keys))
    const engine = loading.value
    const firstSamples = samples.slice(0, SAMPLES_A_STEP)
    const input = certifyInput(kernel, stateBytes(start), firstSamples)
    const witness = await repeat(3 * runs, () => engine.witnesses.witness(input))
    say('proving')
    const proof = await proveSteps(engine, start, samples)
    const proving = await repeat(runs, () => proveSteps(engine, start, samples), 0)
    const key = await readFile(keys.verifierKey)
    const keyLoading = await timed(async () => new NativeVerifier(key))
    const judged = (by: Pick<StorageKernel, 'storageDraw'>, verifier: SnarkVerifier) => async () => {
      if (!(await verifySteps(by, verifier, drawing, proof)).ok) throw new Error('steps do not verify')
    }
    const native = await repeat(3 * runs, judged(kernel, keyLoading.value))
    const module = await readFile(wasm)
    const wasmLoading = await timed(() => openWasmVerifier(module, key))
    const byWasm = judged(await openWasmStorage(module), wasmLoading.value)
    const [first] = await repeat(1, byWasm, 0)
    const warm = await repeat(runs, byWasm, 0)
    return {
      tables: [
        {
          columns: ['', 's', 'CPU-s'],
          rows: [
            ['load parameters', ...wallAndCpu([loading])],
            ['witness of a step', ...wallAndCpu(witness)],
            [`a provider’s part: ${STEPS} steps, compressed`, ...wallAndCpu(proving)],
            ['verify, native', ...wallAndCpu(native)],
            ['… loading the key', ...wallAndCpu([keyLoading])],
            ['verify, WebAssembly, warm', ...wallAndCpu(warm)],
            ['… the first time', ...wallAndCpu(first === undefined ? [] : [first])],
            ['… module and key', ...wallAndCpu([wasmLoading])],
          ],
        },
        {
          columns: ['', ''],
          rows: [
            ['proof', bytes(proof.length)],
            ['compact verifying key', bytes(key.length)],
          ],
        },
      ],
      notes: ['Measured elsewhere: codex-storage proves 100 samples in 76 s.'],
    }
  },
}

/** A blob of arbitrary bytes as one provider keeps it, and what a block draws of it. Its parity is arbitrary too. */
async function replica(kernel: StorageKernel) {
  const length = DATA_UNITS * UNIT_BYTES
  const { units, dataUnits, parityUnits } = blobShape(length)
  const raw = new Uint8Array(units * UNIT_BYTES)
  for (let i = 0; i < (dataUnits + parityUnits) * UNIT_BYTES; i++) raw[i] = (i * 7919) >> 5
  const unitRoots = await kernel.unitRoots(raw)
  const tree = new BlobTree(kernel, unitRoots)
  const { root } = tree
  const id = bytesToHex(blobId(kernel, { root, length, coding: CODING }) as Uint8Array)
  const drawing: Drawing = {
    network: regtest,
    blob: { id, root: bytesToHex(root), length },
    blockHash: new Uint8Array(32).fill(7) as Drawing['blockHash'],
    key: new Uint8Array(32).fill(9),
  }
  const start = startOf(kernel, drawing)
  const numbers = Uint32Array.from({ length: units }, (_, i) => i)
  const encoded = await loadAddon().maskUnits(encodeField([start.base]), numbers, raw, true)
  const samples = drawnUnits(kernel, start).map((unit): OpenedUnit => {
    const chunk = Math.floor(unit / 16)
    return {
      unit,
      encoded: encoded.slice(8_192 * unit, 8_192 * (unit + 1)),
      unitRoots: unitRoots.slice(512 * chunk, 512 * (chunk + 1)),
      chunkPath: tree.chunkPath(chunk),
    }
  })
  return { drawing, samples, start }
}
