import { readFile } from 'node:fs/promises'
import { encodeField } from '../../src/bus/index.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import { packState } from '../../src/bus/state-vector.ts'
import type { WitnessSource } from '../../src/proving/index.ts'
import { BusWitnessSource, compileCircuit, NativeVerifier, WasmWitnessSource } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { type Chain, makeChain } from '../support/chain.ts'
import { compileStepN } from '../support/circuit-variants.ts'
import { addonPoseidon, Folder } from '../support/folder.ts'
import { btcNovaLc, ELSEWHERE, prototype } from '../support/published.ts'
import { bytes, count } from '../support/quantity.ts'
import { busSteps, stepsOf } from '../support/step-inputs.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing, timed, wallAndCpu } from '../support/timing.ts'

interface Variant {
  readonly name: string
  readonly perStep: number
  readonly folder: Folder
  readonly witnesses: WitnessSource
}

export const steps: Bench = {
  name: 'steps',
  title: 'Headers a step',
  about:
    'How many headers a step is best: the same templates with 1 and 2 headers a step (bench/circuits/step-n.circom), ' +
    'and the circuit of the bus, folded in turns with witnesses prepared, then compressed and verified.',
  async run({ quick, say }) {
    const rounds = quick ? 1 : 5
    const perRound = quick ? 1 : 6
    const runs = quick ? 1 : 3
    const sizes = quick ? [1] : [1, 2]
    const chain = makeChain((rounds * perRound + 2) * 4, await addonPoseidon())
    const variants = await loadVariants(chain, sizes, say)
    try {
      const timings = variants.map((): Timing[] => [])
      for (const { folder, witnesses } of variants) await folder.prepared(2, witnesses)
      for (let round = 0; round < rounds; round++) {
        say(`folding, round ${round + 1} of ${rounds}`)
        for (const [i, { folder, witnesses }] of variants.entries()) {
          timings[i]?.push(await folder.prepared(perRound, witnesses))
        }
      }
      const rows: Cell[][] = []
      for (const [i, variant] of variants.entries()) {
        say(`compressing, ${variant.name}`)
        rows.push(await row(variant, timings[i] as Timing[], perRound, runs, chain))
      }
      return { tables: [{ columns: COLUMNS, rows: [...rows, ...published()] }], notes: [NOTE, chain.source] }
    } finally {
      await Promise.all(variants.map(({ witnesses }) => witnesses.close()))
    }
  },
}

const COLUMNS = [
  'headers a step',
  'constraints, folded',
  'fold, s a header',
  'CPU-s a header',
  'compress, s',
  'CPU-s',
  'verify, s',
  'SNARK',
]

const NOTE =
  'Rows of btc-nova-lc and of our prototype were measured elsewhere: on another machine of this kind, on a quiet day. ' +
  'More headers a step spread the fixed part of folding over more headers, but double powers of tau, key, memory and the ' +
  'time to compress, and a new block waits for a whole step. Four do not fit into 2^17 constraints, the most that are folded.'

async function loadVariants(chain: Chain, sizes: readonly number[], say: (line: string) => void): Promise<Variant[]> {
  const variants: Variant[] = []
  for (const n of sizes) {
    say(`circuit and keys, ${n} a step`)
    const circuit = await compileStepN(n)
    const folder = await Folder.load(circuit, chain.start, stepsOf(chain, n))
    variants.push({ name: `${n}`, perStep: n, folder, witnesses: await WasmWitnessSource.open(circuit) })
  }
  const circuit = await compileCircuit(stepCircuit)
  const folder = await Folder.load(circuit, chain.start, busSteps(chain))
  variants.push({ name: '2 (the bus’s)', perStep: 2, folder, witnesses: await BusWitnessSource.load(circuit) })
  return variants
}

async function row(
  { name, perStep, folder }: Variant,
  timings: readonly Timing[],
  perRound: number,
  runs: number,
  { start }: Chain,
): Promise<Cell[]> {
  const first = await timed(() => folder.fold.compress())
  const compressed = runs === 1 ? [first] : await repeat(runs, () => folder.fold.compress(), 0)
  const verifier = new NativeVerifier(await readFile(folder.keys.verifierKey))
  const z0 = encodeField(packState(start))
  const verified = await repeat(3 * runs, () => verifier.verify(first.value, folder.fold.steps, z0))
  return [
    name,
    count(folder.constraints[0]),
    ...wallAndCpu(timings, perRound * perStep),
    ...wallAndCpu(compressed),
    wallAndCpu(verified)[0],
    bytes(first.value.length),
  ]
}

/** What Nova added to the prototype’s circuit. */
const NOVAS = 13_109

function published(): Cell[][] {
  const rows = prototype.map((p): Cell[] => [
    `${p.headersPerStep}: prototype, ${ELSEWHERE}`,
    count(p.constraints + NOVAS),
    { value: p.secondsPerHeader, unit: 's' },
    { value: p.cpuPerHeader, unit: 's' },
    { value: p.compressSeconds, unit: 's' },
    '',
    '',
    bytes(p.proofBytes),
  ])
  const theirs = btcNovaLc.map((b): Cell[] => [
    `${b.headersPerStep}: btc-nova-lc, ${ELSEWHERE}`,
    b.constraints === undefined ? '' : count(b.constraints),
    { value: b.secondsPerHeader, unit: 's' },
    '',
    { value: b.compressSeconds, unit: 's' },
    '',
    '0.15–0.24 s',
    bytes(b.proofBytes),
  ])
  return [...rows, ...theirs]
}
