import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stepCircuit } from '../../src/bus/io/index.ts'
import {
  BusWitnessSource,
  compileCircuit,
  ensureSetup,
  NativeEngine,
  NativeVerifier,
} from '../../src/proving/io/index.ts'
import { developmentPowers } from '../../src/proving/io/setup.ts'
import type { Bench } from '../bench.ts'
import { bytes } from '../support/quantity.ts'
import { repeat, type Timing, timed, wallAndCpu } from '../support/timing.ts'

const POWER = 17

export const setup: Bench = {
  name: 'setup',
  title: 'Parameters and keys',
  about:
    'Cold: development powers of tau (2^17), public parameters and keys made in an empty cache; then loading what is ' +
    'cached. The circuit is compiled beforehand (once, by circom2).',
  async run({ quick, scratch, say }) {
    const circuit = await compileCircuit(stepCircuit)
    const powers: Timing[] = []
    const keys: Timing[] = []
    let directory = ''
    for (let run = 0; run < (quick ? 1 : 3); run++) {
      say(`setup, run ${run + 1}`)
      // The cache is looked up anew at each call; this process does nothing else with it meanwhile.
      process.env.XDG_CACHE_HOME = join(scratch, `cache-${run}`)
      powers.push(await timed(() => developmentPowers(POWER)))
      const made = await timed(() => ensureSetup(circuit))
      keys.push(made)
      directory = made.value.directory
    }
    const both = powers.map((t, i) => ({ wall: t.wall + (keys[i]?.wall ?? 0), cpu: t.cpu + (keys[i]?.cpu ?? 0) }))
    const cached = await ensureSetup(circuit)
    const runs = quick ? 1 : 5
    say('loading')
    const prover = await repeat(runs, () => NativeEngine.load(cached))
    const verifyingKey = await readFile(cached.verifierKey)
    const verifier = await repeat(runs, () => new NativeVerifier(verifyingKey))
    const witnesses = await repeat(runs, () => BusWitnessSource.load(circuit))
    const size = async (name: string) => bytes((await stat(join(directory, name))).size)
    return {
      tables: [
        {
          columns: ['', 's', 'CPU-s'],
          rows: [
            ['set-up, cold, in all', ...wallAndCpu(both)],
            ['… development powers of tau, 2^17', ...wallAndCpu(powers)],
            ['… parameters and keys', ...wallAndCpu(keys)],
            ['load the prover', ...wallAndCpu(prover)],
            ['load the native verifier', ...wallAndCpu(verifier)],
            ['load the witness generator', ...wallAndCpu(witnesses)],
          ],
        },
        {
          columns: ['file', 'size'],
          rows: [
            ['params.bin (prover)', await size('params.bin')],
            ['verifier.key (compact)', await size('verifier.key')],
            ['circuit.r1cs', bytes((await stat(circuit.r1cs)).size)],
          ],
        },
      ],
      notes: [
        'Measured elsewhere: nova-snark’s own serialisation of a verifying key of this size takes 37–57 MB and 4 s to decode ' +
          'in WebAssembly; its public parameters 4–18 s to make; Groth16 over an MNIST network needs 690 s of set-up (circomlib-ml).',
      ],
    }
  },
}
