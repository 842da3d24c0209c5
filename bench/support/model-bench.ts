import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type CircuitInput, openWasmProofVerifier, WitnessCalculator } from '../../src/proving/index.ts'
import { ensureGroth16Setup, Groth16Engine } from '../../src/proving/io/groth16-engine.ts'
import { compileCircom, ensureProofSetup, NativeProofEngine, readR1csCounts } from '../../src/proving/io/index.ts'
import { developmentPowers } from '../../src/proving/io/setup.ts'
import type { BenchContext } from '../bench.ts'
import { bytes, count, megabytes } from './quantity.ts'
import type { Cell, Table } from './table.ts'
import { repeat, timed, wallAndCpu } from './timing.ts'

const wasm = new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)

/** A model of graphs/ and what it is run over. */
export interface Model {
  readonly graph: string
  readonly name: string
  readonly scheme: 'spartan' | 'groth16'
  readonly input: CircuitInput
}

export const PHASES = ['set up', 'first witness', 'witness', 'prove', 'verify', 'verify in WebAssembly'] as const
type Phases = Partial<Record<(typeof PHASES)[number], ReturnType<typeof wallAndCpu>>>

export async function measureModel({ graph, scheme, input }: Model, { quick, scratch, say }: BenchContext) {
  const runs = quick ? 1 : scheme === 'spartan' ? 9 : 3
  say(`${graph}: circuit and keys`)
  const file = new URL(`../../graphs/${graph}/${graph}.circom`, import.meta.url)
  const circuit = await compileCircom(fileURLToPath(file))
  const { constraints, wires, outputs } = await readR1csCounts(circuit.r1cs)
  const most = scheme === 'spartan' ? Math.max(constraints, wires) : constraints + outputs + 1
  const ptau = await developmentPowers(Math.ceil(Math.log2(most)))
  const ensure = scheme === 'spartan' ? ensureProofSetup : ensureGroth16Setup
  const setUp = await timed(() => ensure(circuit, { cache: scratch, ...(scheme === 'spartan' && { ptau }) }))
  const { verifierKey } = setUp.value
  const engine = await (scheme === 'spartan' ? NativeProofEngine : Groth16Engine).load(setUp.value)
  const generator = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
  say(`${graph}: measuring`)
  const first = await timed(() => generator.calculate(input))
  const witnessing = await repeat(runs, () => generator.calculate(input), 0)
  const { proof, publicValues } = await engine.prove(first.value)
  const proving = await repeat(runs, () => engine.prove(first.value), 0)
  const memory = megabytes(process.resourceUsage().maxRSS * 1024)
  const accepts = async (verifier: Pick<NativeProofEngine, 'verify'>) => {
    if (!(await verifier.verify(proof, publicValues)).ok) throw new Error('a proof does not verify')
  }
  const phases: Phases = {
    'set up': wallAndCpu([setUp]),
    'first witness': wallAndCpu([first]),
    witness: wallAndCpu(witnessing),
    prove: wallAndCpu(proving),
    verify: wallAndCpu(await repeat(3 * runs, () => accepts(engine), 0)),
  }
  if (scheme === 'spartan') {
    const byWasm = await openWasmProofVerifier(await readFile(wasm), await readFile(verifierKey))
    phases['verify in WebAssembly'] = wallAndCpu(await repeat(runs, () => accepts(byWasm)))
  }
  if (engine instanceof Groth16Engine) await engine.close()
  const { size: keyBytes } = await stat(verifierKey)
  return { constraints, phases, memory, proof: proof.length, keyBytes }
}

export type Measured = { readonly model: Model } & Awaited<ReturnType<typeof measureModel>>

/** Wall and CPU time of each phase, for each model. */
export function phasesTable(measured: readonly Measured[]): Table {
  return {
    columns: ['', ...measured.flatMap(({ model }) => [`${model.graph}, wall`, 'CPU'])],
    rows: PHASES.map((phase): Cell[] => [
      phase,
      ...measured.flatMap(({ phases }): readonly Cell[] => phases[phase] ?? ['–', '–']),
    ]),
  }
}

/** What a reader compares with other systems: constraints, prove, verify, proof, set-up, memory. */
export function modelRow({ model, phases, constraints, proof, memory }: Measured): Cell[] {
  const groth16 = model.scheme === 'groth16'
  return [
    `this project, ${model.name}${groth16 ? ' (Groth16)' : ''}`,
    ...[count(constraints), phases.prove?.[0] ?? '–', phases.verify?.[0] ?? '–', bytes(proof)],
    ...[groth16 ? 'a ceremony of its own' : 'universal', memory],
  ]
}
