import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CompiledCircuit } from '../../../src/proving/index.ts'
import { ensureSetup, NativeEngine } from '../../../src/proving/io/index.ts'
import { elements, type Row, r1csFile, type State, smallCircuit, step } from '../../folding/small-circuit.ts'
import { fromLittleEndian } from './bytes.ts'
import { otherPowers } from './other-powers.ts'
import type { FoldedRun } from './snark-verifier.ts'

/** As the small circuit, but for b, which stays as it is. */
const OTHER: readonly Row[] = [
  [[3, 5], [3, 5], [6]],
  [[6, 4], [0], [1]],
  [[4], [0], [2]],
]

export interface FoldWorld {
  readonly engine: NativeEngine
  readonly key: Uint8Array
  readonly otherCircuit: Uint8Array
  readonly otherPowers: Uint8Array
  readonly start: Uint8Array
  step(state: Uint8Array, n: number): { readonly witness: Uint8Array; readonly next: Uint8Array }
  /** A SNARK of so many steps. */
  run(steps: number): Promise<FoldedRun>
  remove(): Promise<void>
}

/** A small step circuit with its keys, written as bytes: no compiler is needed. */
export async function foldWorld(): Promise<FoldWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'wsc-fold-'))
  const cache = process.env.XDG_CACHE_HOME
  process.env.XDG_CACHE_HOME = join(directory, 'cache')
  try {
    const circuit = async (id: string, bytes: Uint8Array): Promise<CompiledCircuit> => {
      const r1cs = join(directory, `${id}.r1cs`)
      await writeFile(r1cs, bytes)
      return { id, r1cs, wasm: '', sym: '' }
    }
    const small = await circuit('small', smallCircuit())
    const keys = await ensureSetup(small)
    const other = await circuit('other', r1csFile({ wires: 7, outputs: 2, inputs: 2, privates: 1 }, OTHER))
    const otherKeys = await ensureSetup(other)
    const elsewhere = await ensureSetup(small, { ptau: await otherPowers(directory, 15) })
    const engine = await NativeEngine.load(keys)
    const start = elements(3n, 4n)
    const next = (state: Uint8Array, n: number) => {
      const before: State = [fromLittleEndian(state.subarray(0, 32)), fromLittleEndian(state.subarray(32))]
      const made = step(before, BigInt(n))
      return { witness: made.witness, next: elements(...made.next) }
    }
    return {
      engine,
      // A Buffer's own `slice` would be a view, and altering one key would alter all.
      key: new Uint8Array(await readFile(keys.verifierKey)),
      otherCircuit: new Uint8Array(await readFile(otherKeys.verifierKey)),
      otherPowers: new Uint8Array(await readFile(elsewhere.verifierKey)),
      start,
      step: next,
      async run(steps) {
        const fold = engine.begin(start)
        for (let n = 0; n < steps; n++) await fold.fold(next(fold.state(), n).witness)
        return { snark: await fold.compress(), steps, start, end: fold.state() }
      },
      remove: () => rm(directory, { recursive: true }),
    }
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
  }
}
