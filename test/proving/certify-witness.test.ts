import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeField } from '../../src/bus/index.ts'
import { type CompiledCircuit, WitnessCalculator } from '../../src/proving/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { CertifyWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import { drawnUnit, type StepState, stateBytes } from '../../storage/certificate/statement.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { certifyCircuit } from '../../storage/io/index.ts'
import { certifyInput, SAMPLES_A_STEP } from '../../storage/sampling/certify-input.ts'
import { kernel } from '../storage/kernels.ts'
import { blobWith } from '../storage/test-blob.ts'

describe('native witnesses of the certificate’s circuit', () => {
  let circuit: CompiledCircuit
  let native: CertifyWitnessSource
  let circom: WitnessCalculator
  beforeAll(async () => {
    circuit = await compileCircuit(certifyCircuit)
    native = await CertifyWitnessSource.load(circuit)
    circom = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
  }, 600_000)

  it('are circom’s, byte for byte: first and last samples, a unit in a second chunk, a single one', async () => {
    for (const [length, seed, sample] of [
      [14 * UNIT_BYTES, 2, 0],
      [14 * UNIT_BYTES, 2, 78],
      [1, 3, 6],
    ] as const) {
      const blob = await blobWith(length, seed)
      const units = Math.ceil(length / UNIT_BYTES) + Math.ceil(Math.ceil(length / UNIT_BYTES) / 2)
      const root = Buffer.from(blob.root, 'hex')
      const state: StepState = { base: 12_345n, root: littleEndian(root), units, seed: BigInt(seed), sample }
      const base = encodeField([state.base])
      const samples = []
      for (let i = 0; i < SAMPLES_A_STEP; i++) {
        const unit = drawnUnit(kernel, { ...state, sample: sample + i })
        const raw = blob.bytes.slice(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES)
        const chunk = Math.floor(unit / 16)
        samples.push({
          unit,
          encoded: await loadAddon().maskUnits(base, Uint32Array.of(unit), raw, false),
          unitRoots: blob.unitRoots.slice(512 * chunk, 512 * (chunk + 1)),
          chunkPath: blob.tree.chunkPath(chunk),
        })
      }
      const input = certifyInput(kernel, stateBytes(state), samples)
      expect(Buffer.compare(await native.witness(input), circom.calculate(input)), `${length}, ${sample}`).toBe(0)
    }
  }, 120_000)

  it('refuses inputs of another shape', async () => {
    await expect(native.witness({ state: [1] })).rejects.toMatchObject({ code: 'E_WITNESS' })
  })
})

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}
