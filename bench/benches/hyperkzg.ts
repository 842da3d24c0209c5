import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeField, packState } from '../../src/bus/index.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import { BusWitnessSource, compileCircuit, developmentPowers } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { type Addon, buildHyperKzg, loadAddonFile, MERCURY } from '../support/addon-variants.ts'
import { makeChain } from '../support/chain.ts'
import { addonPoseidon } from '../support/folder.ts'
import { bytes } from '../support/quantity.ts'
import { busSteps } from '../support/step-inputs.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing, wallAndCpu } from '../support/timing.ts'

const STEPS = 3
const POWER = 17

export const hyperkzg: Bench = {
  name: 'hyperkzg',
  title: 'Mercury and HyperKZG',
  about:
    'The evaluation argument of the compression on BN254: Mercury, which the project uses, and HyperKZG, which is older, ' +
    'by the addon built a second time with the crate’s feature `hyperkzg`. Folding does not depend on it.',
  onlyOnDemand: 'it builds the addon a second time, several minutes of cargo',
  async run({ quick, scratch, say }) {
    say('building the addon with HyperKZG')
    const file = join(scratch, 'hyperkzg.node')
    await copyFile(await buildHyperKzg(), file)
    const circuit = await compileCircuit(stepCircuit)
    const ptau = await developmentPowers(POWER)
    const chain = makeChain(2 * STEPS, await addonPoseidon())
    const native = await BusWitnessSource.load(circuit)
    const witnesses: Uint8Array[] = []
    for (const { input } of busSteps(chain)) witnesses.push(await native.witness(input))
    const start = encodeField(packState(chain.start))

    const prepare = async (name: string, addon: Addon) => {
      say(`keys and folding, ${name}`)
      const directory = join(scratch, name)
      await mkdir(directory)
      await addon.setup({ r1cs: circuit.r1cs, ptau, outDir: directory })
      const prover = await addon.Prover.load(directory, circuit.r1cs)
      const fold = prover.begin(start)
      for (const witness of witnesses) await fold.fold(witness)
      const key = await readFile(join(directory, 'verifier.key'))
      const verifier = new addon.Verifier(key)
      return { name, fold, key, verifier, snark: await fold.compress() }
    }
    const ways = [await prepare('Mercury', loadAddonFile(MERCURY)), await prepare('HyperKZG', loadAddonFile(file))]
    const timings = ways.map((): { compress: Timing[]; verify: Timing[] } => ({ compress: [], verify: [] }))
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      say(`compressing, round ${round + 1}`)
      for (const [i, { fold, verifier, snark }] of ways.entries()) {
        timings[i]?.compress.push(...(await repeat(1, () => fold.compress(), 0)))
        timings[i]?.verify.push(...(await repeat(3, () => verifier.verify(snark, STEPS, start))))
      }
    }
    const rows = ways.map(({ name, key, snark }, i): Cell[] => [
      name,
      ...wallAndCpu(timings[i]?.compress ?? []),
      ...wallAndCpu(timings[i]?.verify ?? []),
      bytes(snark.length),
      bytes(key.length),
    ])
    return {
      tables: [{ columns: ['', 'compress, s', 'CPU-s', 'verify, s', 'CPU-s', 'SNARK', 'key'], rows }],
      notes: [
        'Measured elsewhere, over our prototype: HyperKZG 13.1 kB and the same time; MicroSpartan 35–44 s and 2 GB.',
      ],
    }
  },
}
