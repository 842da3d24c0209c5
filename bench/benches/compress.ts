import { encodeField } from '../../src/bus/index.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { makeChain } from '../support/chain.ts'
import { addonPoseidon, Folder } from '../support/folder.ts'
import { bytes } from '../support/quantity.ts'
import { busSteps } from '../support/step-inputs.ts'
import { repeat, wallAndCpu } from '../support/timing.ts'

const HEADERS = 10

export const compress: Bench = {
  name: 'compress',
  title: 'Compressing, saving, restoring',
  about:
    'One proof of ten headers out of the folded instance (direct Spartan with Mercury; the time does not depend on the ' +
    'height), and what a checkpoint costs. Restoring verifies the whole instance.',
  async run({ quick, say }) {
    const runs = quick ? 1 : 5
    const circuit = await compileCircuit(stepCircuit)
    const chain = makeChain(HEADERS, await addonPoseidon())
    const folder = await Folder.load(circuit, chain.start, busSteps(chain))
    say('folding')
    await folder.prepared(HEADERS / 2, await BusWitnessSource.load(circuit))
    say('compressing')
    const snark = await folder.fold.compress()
    const compressed = await repeat(runs, () => folder.fold.compress(), 0)
    const saved = await folder.fold.save()
    const saving = await repeat(runs, () => folder.fold.save())
    const z0 = encodeField(packState(chain.start))
    const restoring = await repeat(runs, () => folder.engine.restore(saved, z0))
    return {
      tables: [
        {
          columns: ['', 's', 'CPU-s', 'bytes'],
          rows: [
            ['compress', ...wallAndCpu(compressed), bytes(snark.length)],
            ['save', ...wallAndCpu(saving), bytes(saved.length)],
            ['restore', ...wallAndCpu(restoring), ''],
          ],
        },
      ],
      notes: [
        'Measured elsewhere: btc-nova-lc compresses in 7.3 s to 12,984 bytes at two a step; our prototype, with ' +
          'nova-snark’s own inner-product argument, in 6.5 s (12.8 CPU-s) to 11,320 bytes.',
      ],
    }
  },
}
