import { stepCircuit } from '../../src/bus/io/index.ts'
import { BusWitnessSource, compileCircuit, WasmWitnessSource } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { makeChain } from '../support/chain.ts'
import { compileStepN } from '../support/circuit-variants.ts'
import { addonPoseidon, Folder } from '../support/folder.ts'
import { count, ratio } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import { busSteps, stepsOf } from '../support/step-inputs.ts'
import type { Cell } from '../support/table.ts'
import { type Timing, wallAndCpu } from '../support/timing.ts'

/** Headers a step. Two of circomlib’s do not fit into a step: 2^17 constraints are the most that are folded. */
const PER_STEP = { ours: 2, circomlib: 1 } as const
const WARM_UP = 2

export const folding: Bench = {
  name: 'folding',
  title: 'Folding: seconds a header in catch-up',
  about:
    'Two headers a step with our SHA-256, as the bus does, and one a step with circomlib’s, of which two do not fit into a ' +
    'step, in turns within one process. ' +
    '“Overlapped”: the witness of the next step is computed while this one is folded, as the prover does; “prepared”: ' +
    'witnesses lie ready, folding alone. circomlib’s circuit has no native witnesses, so a row of ours with circom’s ' +
    'own generator (WebAssembly, in a worker) stands beside it.',
  async run({ quick, say }) {
    const rounds = quick ? 1 : 5
    const steps = quick ? 2 : 8
    say('circuits and keys')
    const chain = makeChain((WARM_UP + rounds * steps) * 3 * PER_STEP.ours, await addonPoseidon())
    const circuits = { ours: await compileCircuit(stepCircuit), circomlib: await compileStepN(1, 'circomlib') }
    const ours = await Folder.load(circuits.ours, chain.start, busSteps(chain))
    const theirs = await Folder.load(circuits.circomlib, chain.start, stepsOf(chain, 1))
    const native = await BusWitnessSource.load(circuits.ours)
    const wasm = await WasmWitnessSource.open(circuits.ours)
    const theirWasm = await WasmWitnessSource.open(circuits.circomlib)
    try {
      const ways = [
        { name: 'ours', witness: 'native, overlapped', run: (n: number) => ours.overlapped(n, native) },
        { name: 'ours', witness: 'circom’s, overlapped', run: (n: number) => ours.overlapped(n, wasm) },
        { name: 'ours', witness: 'prepared', run: (n: number) => ours.prepared(n, native) },
        { name: 'circomlib', witness: 'circom’s, overlapped', run: (n: number) => theirs.overlapped(n, theirWasm) },
        { name: 'circomlib', witness: 'prepared', run: (n: number) => theirs.prepared(n, theirWasm) },
      ] as const
      const timings: Timing[][] = ways.map(() => [])
      for (const way of ways) if (way.witness !== 'prepared') await way.run(WARM_UP)
      for (let round = 0; round < rounds; round++) {
        say(`round ${round + 1} of ${rounds}`)
        for (const [i, way] of ways.entries()) (timings[i] as Timing[]).push(await way.run(steps))
      }
      const constraints = { ours: ours.constraints, circomlib: theirs.constraints }
      const rows = ways.map(({ name, witness }, i): Cell[] => {
        const own = timings[i] as Timing[]
        const rival = timings[witness === 'prepared' ? 4 : 3] as Timing[]
        const [wall, cpu] = wallAndCpu(own, steps * PER_STEP[name])
        const perSecond = summary(
          own.map((t) => (steps * PER_STEP[name]) / t.wall),
          '/s',
        )
        // Of a header, whatever a step holds.
        const headers = PER_STEP[name] / PER_STEP.circomlib
        const gain = median(own.map((t, round) => ((rival[round] as Timing).wall / t.wall) * headers))
        return [name, witness, count(constraints[name][0]), wall, cpu, perSecond, ratio(gain)]
      })
      return {
        tables: [
          {
            columns: [
              'SHA-256',
              'witness',
              'constraints, folded',
              's a header',
              'CPU-s a header',
              'headers',
              'against circomlib’s',
            ],
            rows,
          },
        ],
        notes: [
          `${rounds} rounds of ${steps} steps each way; the chain: ${chain.source}. Every fold’s state was compared with the native one.`,
          'The last column compares overlapped with overlapped (circomlib’s with circom’s generator, the only one it has) ' +
            'and prepared with prepared, within each round.',
          'Measured elsewhere, without witness generation: btc-nova-lc 0.68 / 0.50 / 0.42 s a header at 1 / 2 / 4 a step; ' +
            'our bare prototype 0.51 / 0.36 / 0.29 s.',
        ],
      }
    } finally {
      await Promise.all([native.close(), wasm.close(), theirWasm.close()])
    }
  },
}
