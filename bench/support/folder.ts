import { readFile } from 'node:fs/promises'
import type { SetupInfo } from '../../folding/index.d.ts'
import { decodeField, encodeField, poseidonOf, type TaggedHash } from '../../src/bus/index.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import type { CompiledCircuit, Fold, WitnessSource } from '../../src/proving/index.ts'
import {
  compileCircuit,
  ensureSetup,
  type KeyDirectory,
  NativeEngine,
  NativeVerifier,
} from '../../src/proving/io/index.ts'
import type { Step } from './step-inputs.ts'
import { type Timing, timed } from './timing.ts'

/** The addon's Poseidon, over the bus's own keys. */
export async function addonPoseidon(): Promise<TaggedHash> {
  return poseidonOf(await busVerifier())
}

export async function busVerifier(): Promise<NativeVerifier> {
  const keys = await ensureSetup(await compileCircuit(stepCircuit))
  return new NativeVerifier(await readFile(keys.verifierKey))
}

/** A circuit with its engine, folding the steps of one chain in order. */
export class Folder {
  readonly keys: KeyDirectory
  readonly engine: NativeEngine
  readonly fold: Fold
  readonly #steps: readonly Step[]
  #at = 0

  private constructor(keys: KeyDirectory, engine: NativeEngine, start: ChainState, steps: readonly Step[]) {
    this.keys = keys
    this.engine = engine
    this.fold = engine.begin(encodeField(packState(start)))
    this.#steps = steps
  }

  static async load(circuit: CompiledCircuit, start: ChainState, steps: readonly Step[]): Promise<Folder> {
    const keys = await ensureSetup(circuit)
    return new Folder(keys, await NativeEngine.load(keys), start, steps)
  }

  /** Of the step circuit with what folding adds to it, and of the circuit on the other curve. */
  get constraints(): readonly [number, number] {
    return (this.engine.info as SetupInfo).constraints
  }

  /** Folds `count` steps; each witness is computed while the step before it is folded. */
  async overlapped(count: number, witnesses: WitnessSource): Promise<Timing> {
    const steps = this.#take(count)
    const result = await timed(async () => {
      let pending = witnesses.witness((steps[0] as Step).input)
      for (let i = 0; i < count; i++) {
        const witness = await pending
        const following = steps[i + 1]
        if (following !== undefined) pending = witnesses.witness(following.input)
        await this.fold.fold(witness)
      }
    })
    this.#check(steps)
    return result
  }

  /** Folds `count` steps whose witnesses are there beforehand. */
  async prepared(count: number, witnesses: WitnessSource): Promise<Timing> {
    const steps = this.#take(count)
    const ready: Uint8Array[] = []
    for (const { input } of steps) ready.push(await witnesses.witness(input))
    const result = await timed(async () => {
      for (const witness of ready) await this.fold.fold(witness)
    })
    this.#check(steps)
    return result
  }

  #take(count: number): Step[] {
    const steps = this.#steps.slice(this.#at, this.#at + count)
    if (steps.length < count) throw new RangeError(`the chain has no ${count} steps left`)
    this.#at += count
    return steps
  }

  /** A circuit that computes something else would make its figures worthless. */
  #check(steps: readonly Step[]): void {
    const state = decodeField(this.fold.state())
    const wanted = steps.at(-1)?.next
    if (wanted?.some((element, i) => element !== state?.[i])) throw new Error('the circuit gives another state')
  }
}
