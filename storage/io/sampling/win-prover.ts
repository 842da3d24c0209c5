import { hexToBytes } from '../../../src/lib/index.ts'
import type { MaskKernel, StorageKernel, WitnessSource } from '../../../src/proving/index.ts'
import { type KeyDirectory, NativeProofEngine } from '../../../src/proving/io/index.ts'
import { CODING } from '../../blob/shape.ts'
import { encodedKeeping } from '../../replica/encoded-keeping.ts'
import type { EncodedUnits, ProvedEncodedUnit } from '../../replica/encoded-units.ts'
import type { PlacedUnit } from '../../sampling/placed-unit.ts'
import { TABLE_LAG } from '../../sampling/ticks.ts'
import { type DrawnUnit, winInput } from '../../sampling/win-input.ts'
import type { BlobTable } from '../../table/blobs.ts'
import { winCircuit } from '../win-circuit.ts'
import type { WonStatement } from './sampler.ts'

const ROOT_BYTES = 32
/** Of a unit's path those of the other units of its chunk come first. */
const SIBLINGS_BYTES = 15 * ROOT_BYTES

export interface WinProverComponents {
  readonly keys: KeyDirectory
  readonly kernel: StorageKernel
  readonly mask: MaskKernel
  readonly units: Pick<EncodedUnits, 'provedEncodedUnit'>
}

/** Proves wins; what it proves with is loaded for the first, and takes its memory from then on. */
export class WinProver {
  readonly #components: WinProverComponents
  #opened: Promise<{ readonly engine: NativeProofEngine; readonly witnesses: WitnessSource }> | null = null

  constructor(components: WinProverComponents) {
    this.#components = components
  }

  /** Null where a unit is no longer at hand, or not what it was. */
  async prove(
    { statement, height, won }: WonStatement,
    blobs: Pick<BlobTable, 'proofAt'>,
    signal: AbortSignal,
  ): Promise<Uint8Array | null> {
    const { kernel } = this.#components
    const [one, two] = await Promise.all(won.units.map((unit) => this.#drawn(unit, statement.challenge, height, blobs)))
    if (one === undefined || two === undefined || one === null || two === null) return null
    this.#opened ??= this.#open()
    const { engine, witnesses } = await this.#opened
    const witness = await witnesses.witness(winInput(kernel, statement, [one, two]), signal)
    return (await engine.prove(witness, { signal })).proof
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null)
    await opened?.witnesses.close()
  }

  async #open() {
    const { keys } = this.#components
    return { engine: await NativeProofEngine.load(keys), witnesses: await winCircuit.openWitnesses(keys.circuit) }
  }

  async #drawn(
    { entry, number }: PlacedUnit,
    { networkHash, key }: WonStatement['statement']['challenge'],
    height: number,
    blobs: Pick<BlobTable, 'proofAt'>,
  ): Promise<DrawnUnit | null> {
    const { units, kernel, mask } = this.#components
    const [proved, placed] = [
      await units.provedEncodedUnit(Buffer.from(key).toString('hex'), entry.id, number),
      blobs.proofAt(entry.id, height - TABLE_LAG),
    ]
    if (proved === null || placed === null) return null
    const raw = await encodedKeeping(mask, networkHash, key).give({ id: entry.id, first: number }, proved.encoded)
    if (raw === null) return null
    return {
      unit: number,
      encoded: proved.encoded,
      ...pathOf(proved, number, await kernel.unitRoots(raw)),
      blob: { root: hexToBytes(entry.root), length: entry.length, coding: CODING },
      entry: { id: entry.id, number: placed.number, first: entry.first, count: entry.chunks, path: placed.path },
    }
  }
}

/** The path holds the other units' roots alone. */
function pathOf({ path }: ProvedEncodedUnit, unit: number, root: Uint8Array) {
  const unitRoots = new Uint8Array(SIBLINGS_BYTES + ROOT_BYTES)
  const at = (unit % 16) * ROOT_BYTES
  unitRoots.set(path.subarray(0, at))
  unitRoots.set(root, at)
  unitRoots.set(path.subarray(at, SIBLINGS_BYTES), at + ROOT_BYTES)
  return { unitRoots, chunkPath: path.subarray(SIBLINGS_BYTES) }
}
