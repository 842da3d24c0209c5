import { NativeVerifier } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { bytes, megabytes } from '../support/quantity.ts'
import { type SmallProof, smallProof } from '../support/small-proof.ts'
import { summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing, wallAndCpu } from '../support/timing.ts'
import { type WasmVerifyTimes, wasmVerify } from '../support/wasm-verify.ts'

export const verify: Bench = {
  name: 'verify',
  title: 'Verifying',
  about:
    'One SNARK by the native addon and by the WebAssembly verifier, the latter in fresh processes: cold from reading ' +
    'and compiling the module to the first verdict, then warm. A browser adds the download.',
  async run({ quick, say }) {
    say('a proof')
    const proof = await smallProof()
    const runs = quick ? 1 : 7
    const loading: Timing[] = await repeat(quick ? 1 : 3, () => new NativeVerifier(proof.key))
    const verifier = new NativeVerifier(proof.key)
    const native = await repeat(runs, () => verifier.verify(proof.snark, proof.steps, proof.start))
    const peak = megabytes(process.resourceUsage().maxRSS * 1024)
    say('WebAssembly')
    const wasm = await wasmRows(proof, verifier.keyId, quick ? 1 : 3, quick ? 1 : 5)
    return {
      tables: [
        {
          columns: ['', 's', 'CPU-s'],
          rows: [
            ['native, key loaded', ...wallAndCpu(native)],
            ['native: loading the key', ...wallAndCpu(loading)],
            ...wasm.timings,
          ],
        },
        {
          columns: ['', ''],
          rows: [
            ['SNARK', bytes(proof.snark.length)],
            ['compact verifying key', bytes(proof.key.length)],
            ['peak memory of this process (native, proving the sample included)', peak],
            ...wasm.sizes,
          ],
        },
      ],
      notes: [
        ...wasm.notes,
        'Measured elsewhere: btc-nova-lc 0.15–0.24 s native on 2 cores, 29–53 ms on its authors’ machine, no browser; ' +
          'ZeroSync 5 s on a phone for 180 kB; Raito 100 ms to seconds for 1–2.5 MB.',
      ],
    }
  },
}

async function wasmRows(proof: SmallProof, keyId: string, processes: number, runs: number) {
  const { snark, steps, start } = proof
  const times: WasmVerifyTimes[] = []
  for (let i = 0; i < processes; i++) {
    const answer = await wasmVerify({ snark, steps, start, runs })
    if (!answer.ok) return { timings: [], sizes: [], notes: [`WebAssembly not measured: ${answer.reason}`] }
    times.push(answer.times)
  }
  const [sample] = times
  const cold = times.map(({ load, first }) => ({ wall: load.wall + first.wall, cpu: load.cpu + first.cpu }))
  const timings: Cell[][] = [
    ['WebAssembly, warm', ...wallAndCpu(times.flatMap(({ warm }) => warm))],
    ['WebAssembly, cold: module, key and first verdict', ...wallAndCpu(cold)],
    ['… of it module and key', ...wallAndCpu(times.map(({ load }) => load))],
  ]
  const sizes: Cell[][] = [
    ['WebAssembly module', bytes(sample?.wasmBytes ?? 0)],
    ['built-in key', bytes(sample?.keyBytes ?? 0)],
    [
      'peak memory of the WebAssembly verifier’s process',
      summary(
        times.map(({ peakBytes }) => peakBytes / 1e6),
        'MB',
      ),
    ],
  ]
  const hashes = summary(
    times.map(({ poseidonsPerSecond }) => poseidonsPerSecond),
    '/s',
  )
  sizes.push(['Poseidons in WebAssembly', hashes])
  const same = sample?.keyId === keyId
  return { timings, sizes, notes: same ? [] : ['The built-in key is not that of the circuit compiled here.'] }
}
