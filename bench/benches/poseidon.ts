import { append, decodeField, emptyAccumulator, encodeField, poseidonOf } from '../../src/bus/index.ts'
import type { SnarkVerifier } from '../../src/proving/index.ts'
import type { Bench } from '../bench.ts'
import { busVerifier } from '../support/folder.ts'
import { count, type Quantity } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing } from '../support/timing.ts'

export const poseidon: Bench = {
  name: 'poseidon',
  title: 'Poseidon and the accumulator',
  about:
    'circomlib’s Poseidon of three inputs by the addon, in batches and one call at a time, and headers appended to the ' +
    'history accumulator (three Poseidons each outside the circuit: leaf, sometimes a node, list).',
  async run({ quick }) {
    const verifier: SnarkVerifier = await busVerifier()
    const runs = quick ? 2 : 7
    const batch = quick ? 5_000 : 50_000
    const single = quick ? 2_000 : 20_000
    const inputs = new Uint8Array(96 * batch)
    const one = encodeField([1n, 2n, 3n])
    const hash = poseidonOf(verifier)
    const batched = await repeat(runs, () => verifier.poseidon(1, inputs))
    const calls = await repeat(runs, () => {
      for (let i = 0; i < single; i++) decodeField(verifier.poseidon(1, one))
    })
    const appended = await repeat(runs, () => {
      let list = append(hash, emptyAccumulator(hash), [0n, 1n, 2n])
      for (let height = 1; height < single; height++) list = append(hash, list, [BigInt(height), 1n, 2n])
    })
    const row = (name: string, timings: readonly Timing[], n: number): Cell[] => [
      name,
      summary(
        timings.map(({ wall }) => n / wall),
        '/s',
      ),
      summary(
        timings.map(({ cpu }) => (cpu / n) * 1e6),
        'µs',
      ),
    ]
    const million: Quantity = { value: (median(appended.map(({ wall }) => wall)) / single) * 1e6, unit: 's' }
    return {
      tables: [
        {
          columns: ['', 'rate', 'CPU each'],
          rows: [
            [`Poseidon, batches of ${batch.toLocaleString('en-GB')}`, ...row('', batched, batch).slice(1)],
            row('Poseidon, one call each', calls, single),
            row('headers appended to the accumulator', appended, single),
          ],
        },
        {
          columns: ['', 'seconds'],
          rows: [[`accumulator of ${count(1e6).value.toLocaleString('en-GB')} headers`, million]],
        },
      ],
      notes: [
        'Measured elsewhere: one Poseidon takes 100 µs in circomlibjs, 390 µs in poseidon-lite (both JavaScript).',
      ],
    }
  },
}
