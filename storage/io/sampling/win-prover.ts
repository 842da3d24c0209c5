import { hexToBytes } from '../../../src/lib/index.ts'
import type { WitnessSource } from '../../../src/proving/index.ts'
import { type KeyDirectory, NativeProofEngine } from '../../../src/proving/io/index.ts'
import { CODING } from '../../blob/shape.ts'
import type { PlacedUnit } from '../../sampling/placed-unit.ts'
import { TABLE_LAG } from '../../sampling/ticks.ts'
import { type DrawnUnit, winInput } from '../../sampling/win-input.ts'
import type { BlobTable } from '../../table/blobs.ts'
import { type KeptUnits, openKeptUnit } from '../kept-unit.ts'
import { winCircuit } from '../win-circuit.ts'
import type { WonStatement } from './sampler.ts'

export interface WinProverComponents extends KeptUnits {
  readonly keys: KeyDirectory
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
    // What could not be opened is tried again for the next win.
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = null
      throw error
    })
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
    const opened = await openKeptUnit(this.#components, { networkHash, key, blob: entry, unit: number })
    const placed = blobs.proofAt(entry.id, height - TABLE_LAG)
    if (opened === null || placed === null) return null
    return {
      ...opened,
      blob: { root: hexToBytes(entry.root), length: entry.length, coding: CODING },
      entry: { id: entry.id, number: placed.number, first: entry.first, count: entry.chunks, path: placed.path },
    }
  }
}
