import { readFile } from 'node:fs/promises'
import { stepCircuit } from '../../src/bus/io/index.ts'
import { type CompiledCircuit, WitnessCalculator } from '../../src/proving/index.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { makeChain } from '../support/chain.ts'
import { compileBusStep } from '../support/circuit-variants.ts'
import { addonPoseidon } from '../support/folder.ts'
import { ratio } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import { busSteps } from '../support/step-inputs.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing } from '../support/timing.ts'

export const witness: Bench = {
  name: 'witness',
  title: 'Witnesses',
  about:
    'Complete witness of one step (two headers): by the addon, by circom’s WebAssembly generator with one reused ' +
    'instance, and the latter for the circuit with circomlib’s SHA-256. The first two are compared byte for byte.',
  async run({ quick, say }) {
    const runs = quick ? 2 : 15
    say('circuits')
    const chain = makeChain(4, await addonPoseidon())
    const input = busSteps(chain)[1]?.input
    if (input === undefined) throw new Error('no step')
    const circuit = await compileCircuit(stepCircuit)
    const native = await BusWitnessSource.load(circuit)
    const load = async ({ wasm }: CompiledCircuit) => await WitnessCalculator.load(new Uint8Array(await readFile(wasm)))
    const wasm = await load(circuit)
    const theirs = await load(await compileBusStep('circomlib'))
    if (Buffer.compare(await native.witness(input), wasm.calculate(input)) !== 0) throw new Error('witnesses differ')
    say('measuring')
    const ways: readonly (readonly [string, Timing[]])[] = [
      ['ours, native', await repeat(runs, () => native.witness(input))],
      ['ours, circom’s WebAssembly', await repeat(runs, () => wasm.calculate(input))],
      ['circomlib’s SHA-256, circom’s WebAssembly', await repeat(quick ? 1 : 5, () => theirs.calculate(input))],
    ]
    const base = median((ways[0]?.[1] ?? []).map(({ wall }) => wall))
    const rows = ways.map(([name, timings]): Cell[] => {
      const ms = (pick: (t: Timing) => number) =>
        summary(
          timings.map((t) => pick(t) * 1000),
          'ms',
        )
      const wall = ms((t) => t.wall)
      return [name, wall, ms((t) => t.cpu), ratio(wall.value / 1000 / base)]
    })
    return {
      tables: [{ columns: ['', 'a step', 'CPU a step', 'against native'], rows }],
      notes: [
        'Measured elsewhere, one header each, CPU: snarkjs’s wtns.calculate 190–430 ms, wasmtime 120 ms, ' +
          'circom-witnesscalc 138 ms, circom’s C++ with assembler 44–55 ms.',
      ],
    }
  },
}
