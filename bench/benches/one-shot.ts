import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type CircuitInput,
  type CompiledCircuit,
  openWasmProofVerifier,
  WitnessCalculator,
} from '../../src/proving/index.ts'
import {
  compileCircom,
  compileCircuit,
  ensureProofSetup,
  NativeProofEngine,
  readR1csCounts,
} from '../../src/proving/io/index.ts'
import { developmentPowers } from '../../src/proving/io/setup.ts'
import { winCircuit } from '../../storage/io/index.ts'
import type { Bench } from '../bench.ts'
import { oneShotElsewhere } from '../support/published.ts'
import { bytes, count } from '../support/quantity.ts'
import { someWin } from '../support/some-win.ts'
import type { Cell } from '../support/table.ts'
import { repeat, timed, wallAndCpu } from '../support/timing.ts'

const circuits = fileURLToPath(new URL('../circuits/one-shot/', import.meta.url))
const wasm = fileURLToPath(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url))

const POSEIDONS = 34
const bit = (index: number) => ((index * 7919) % 5) & 1
const words = (count: number) =>
  Array.from({ length: count }, (_, word) => Array.from({ length: 32 }, (_, i) => bit(word * 32 + i)))
const headers = (count: number): CircuitInput => ({
  prev: Array.from({ length: count }, () => words(8)),
  word: Array.from({ length: count }, () => words(12)),
})

const here = (file: string) => () => compileCircom(join(circuits, file))

const sizes: readonly {
  readonly name: string
  readonly compile: () => Promise<CompiledCircuit>
  readonly input: () => CircuitInput | Promise<CircuitInput>
}[] = [
  {
    name: `${POSEIDONS} Poseidons of two`,
    compile: here('poseidon-chain.circom'),
    input: () => ({ start: 1n, step: Array.from({ length: POSEIDONS }, (_, i) => i) }),
  },
  { name: 'a win of sampling', compile: () => compileCircuit(winCircuit), input: someWin },
  { name: 'one header’s hash', compile: here('header-hashes-1.circom'), input: () => headers(1) },
  { name: 'two headers’ hashes', compile: here('header-hashes-2.circom'), input: () => headers(2) },
]

export const oneShot: Bench = {
  name: 'one-shot',
  title: 'One-shot proofs',
  about:
    'Spartan with Mercury over a circuit as circom compiled it. Set-up is cold but for the powers of tau, which every ' +
    'circuit shares; proving begins with the witness, which circom’s generator makes. WebAssembly runs in this process, its first verification (functions ' +
    'are compiled lazily) counted apart.',
  async run({ quick, scratch, say }) {
    const runs = quick ? 1 : 7
    const rows: Cell[][] = []
    const made: Cell[][] = []
    for (const [i, { name, compile, input }] of sizes.entries()) {
      say(name)
      const circuit = await compile()
      const { constraints, wires } = await readR1csCounts(circuit.r1cs)
      const given = await input()
      const generator = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
      const cold = await timed(() => generator.calculate(given))
      const witnessing = await repeat(runs, () => generator.calculate(given), 0)
      const witness = cold.value
      const ptau = await developmentPowers(Math.ceil(Math.log2(Math.max(constraints, wires))))
      const cache = process.env.XDG_CACHE_HOME
      process.env.XDG_CACHE_HOME = join(scratch, String(i))
      const setUp = await timed(() => ensureProofSetup(circuit, { ptau }))
      if (cache === undefined) delete process.env.XDG_CACHE_HOME
      else process.env.XDG_CACHE_HOME = cache
      const keys = setUp.value
      const loading = await timed(() => NativeProofEngine.load(keys))
      const engine = loading.value
      const { proof, publicValues } = await engine.prove(witness)
      const proving = await repeat(runs, () => engine.prove(witness), 0)
      const verifying = await repeat(3 * runs, async () => {
        if (!(await engine.verify(proof, publicValues)).ok) throw new Error('a proof does not verify')
      })
      const verifier = await openWasmProofVerifier(await readFile(wasm), await readFile(keys.verifierKey))
      const byWasm = async () => {
        if (!(await verifier.verify(proof, publicValues)).ok) throw new Error('a proof does not verify')
      }
      const [first] = await repeat(1, byWasm, 0)
      const warm = await repeat(runs, byWasm, 0)
      rows.push([
        name,
        count(constraints),
        ...wallAndCpu(proving),
        ...wallAndCpu(verifying),
        ...wallAndCpu(warm).slice(0, 1),
      ])
      made.push([
        name,
        ...wallAndCpu([cold]).slice(0, 1),
        ...wallAndCpu(witnessing).slice(0, 1),
        ...wallAndCpu([setUp]).slice(0, 1),
        ...wallAndCpu([loading]).slice(0, 1),
        ...wallAndCpu(first === undefined ? [] : [first]).slice(0, 1),
        bytes(proof.length),
        bytes((await stat(keys.verifierKey)).size),
        bytes((await stat(join(keys.directory, 'params.bin'))).size),
      ])
    }
    return {
      tables: [
        {
          columns: ['circuit', 'constraints', 'prove, s', 'CPU-s', 'verify, s', 'CPU-s', 'verify in WebAssembly, s'],
          rows,
        },
        {
          columns: [
            'circuit',
            'first witness, s',
            'witness, s',
            'set up, s',
            'load, s',
            'first in WebAssembly, s',
            'proof',
            'verifying key',
            'params.bin',
          ],
          rows: made,
        },
        {
          columns: ['measured elsewhere', 'constraints', 'prove', 'verify', 'proof', 'set-up'],
          rows: oneShotElsewhere.map((system) => [
            system.name,
            system.constraints,
            system.prove,
            system.verify,
            system.proof,
            system.setUp,
          ]),
        },
      ],
      notes: [],
    }
  },
}
