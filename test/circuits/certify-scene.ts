import { decodeField, encodeField } from '../../src/bus/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { certifyInput, SAMPLES_A_STEP } from '../../storage/sampling/certify-input.ts'
import { openedUnitInput } from '../../storage/sampling/opened-unit.ts'
import { someBytes } from '../storage/bytes.ts'
import { baseOf, draw, openedUnit } from '../storage/encoded-partition.ts'
import { kernel } from '../storage/kernels.ts'
import { blobWith } from '../storage/test-blob.ts'
import type { CertifySignals } from './model/storage/certify.ts'
import { modelInput } from './storage-circuit.ts'
import { TWICE } from './win-scene.ts'

/** Thirty data units and fifteen of parity, in three chunks of which the last has room for three more. */
const LENGTH = 30 * 7_936
const UNITS = 45

/** One step of a certificate; the first of its draws has a second reading. */
export interface CertifyScene {
  readonly honest: CertifySignals
  readonly input: ReturnType<typeof certifyInput>
  readonly betas: readonly bigint[]
  /** Of the units drawn. */
  readonly numbers: readonly number[]
  opened(number: number): ReturnType<typeof openedUnitInput>
}

export async function certifyScene(first = 42n): Promise<CertifyScene> {
  const blob = await blobWith(LENGTH, 1)
  const base = baseOf(blob.id, someBytes(32, 3))
  const numbers = Uint32Array.from({ length: blob.bytes.length / 7_936 }, (_, unit) => unit)
  const encoded = await loadAddon().maskUnits(encodeField([base]), numbers, blob.bytes, true)
  const [root] = decodeField(Buffer.from(blob.root, 'hex')) as [bigint]
  const seeds = Array.from({ length: 100 }, (_, i) => BigInt(i) << 240n)
  const betaOf = (seed: bigint, sample: number) => draw(25, [seed, first + BigInt(sample)])[0]
  const seed = seeds.find((one) => betaOf(one, 0) < TWICE)!
  const betas = Array.from({ length: SAMPLES_A_STEP }, (_, sample) => betaOf(seed, sample))
  const drawn = betas.map((beta) => Number(((beta % 2n ** 64n) * BigInt(UNITS)) >> 64n))
  const state = [base, root, BigInt(UNITS), seed, first]
  const units = drawn.map((number) => openedUnit(blob, encoded, number))
  const input = certifyInput(kernel, encodeField(state), units)
  return {
    ...{ input, betas, numbers: drawn, honest: modelInput<CertifySignals>(input) },
    opened: (number) => openedUnitInput(kernel, openedUnit(blob, encoded, number)),
  }
}
