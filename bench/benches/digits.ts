import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type CircuitInput, openWasmProofVerifier, WitnessCalculator } from '../../src/proving/index.ts'
import {
  compileCircom,
  developmentPowers,
  ensureGroth16Setup,
  ensureProofSetup,
  Groth16Engine,
  NativeProofEngine,
  readR1csCounts,
} from '../../src/proving/io/index.ts'
import { heldOutDigits } from '../../test/compute/digits.ts'
import { trainedModel } from '../../test/compute/digits-private-model.ts'
import type { Bench, BenchContext } from '../bench.ts'
import { digitsElsewhere } from '../support/published.ts'
import { bytes, count, megabytes } from '../support/quantity.ts'
import { repeat, timed, wallAndCpu } from '../support/timing.ts'

const wasm = new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)

interface Model {
  readonly graph: string
  readonly name: string
  readonly scheme: 'spartan' | 'groth16'
  readonly input: CircuitInput
}

const [image] = heldOutDigits()
const pixel = [...(image?.pixels ?? [])]
const SALT = 3n ** 150n
const MODELS: readonly Model[] = [
  { graph: 'digits', name: 'MNIST 784-32-10', scheme: 'spartan', input: { pixel } },
  { graph: 'digits-cnn', name: 'MNIST, convolutional', scheme: 'spartan', input: { pixel } },
  { graph: 'digits-private-image', name: '784-32-10, private image', scheme: 'groth16', input: { pixel, salt: SALT } },
  {
    ...{ graph: 'digits-private-model', name: '144-15-10, private weights', scheme: 'groth16' },
    input: { pixel, weights: [...trainedModel], salt: SALT },
  },
]

export const digits: Bench = {
  name: 'digits',
  title: 'Graphs: a handwritten digit',
  about:
    'The models of graphs/ (images of 784 pixels of 8 bits, the commitment to them included): one image proved by Spartan with ' +
    'Mercury, or by Groth16 where something is private. Witnesses are made by circom’s generator. Set-up is cold but for the ' +
    'powers of tau, which every circuit shares.',
  async run(context) {
    const measured: ({ readonly model: Model } & Awaited<ReturnType<typeof measure>>)[] = []
    for (const model of MODELS) measured.push({ model, ...(await measure(model, context)) })
    return {
      tables: [
        {
          columns: ['', ...measured.map(({ model }) => `${model.graph}, wall`), `${MODELS[0]?.graph}, CPU`],
          rows: PHASES.map((phase) => [
            phase,
            ...measured.map(({ phases }) => phases[phase]?.[0] ?? '–'),
            measured[0]?.phases[phase]?.[1] ?? '–',
          ]),
        },
        {
          columns: ['', 'constraints', 'prove', 'verify', 'proof', 'set-up', 'memory'],
          rows: [
            ...measured.map(({ model, phases, constraints, proof, memory }) => [
              `this project, ${model.name}${model.scheme === 'groth16' ? ' (Groth16)' : ''}`,
              ...[count(constraints), phases.prove?.[0] ?? '–', phases.verify?.[0] ?? '–', bytes(proof)],
              ...[model.scheme === 'groth16' ? 'of its own' : 'universal', memory],
            ]),
            ...digitsElsewhere.map((one) => [
              ...[one.name, one.constraints, one.prove, one.verify, one.proof, one.setUp, one.memory],
            ]),
          ],
        },
      ],
      notes: [
        'Memory is the peak of the process that made set-up, witnesses and proofs, Node and all; of several models in turn, so ' +
          'that it only grows. Groth16 is proved in a process of its own, whose memory is not in it.',
        `The verifying key of digits has ${(measured[0]?.keyBytes ?? 0).toLocaleString('en-GB')} bytes.`,
        'The other systems’ figures were published or measured elsewhere; what their circuits check of pixels, and whether ' +
          'they commit to them, differs.',
      ],
    }
  },
}

const PHASES = ['set up', 'first witness', 'witness', 'prove', 'verify', 'verify in WebAssembly'] as const
type Phases = Partial<Record<(typeof PHASES)[number], ReturnType<typeof wallAndCpu>>>

async function measure({ graph, scheme, input }: Model, { quick, scratch, say }: BenchContext) {
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
