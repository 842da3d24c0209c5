import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openWasmProofVerifier, WitnessCalculator } from '../../src/proving/index.ts'
import {
  compileCircom,
  developmentPowers,
  ensureProofSetup,
  NativeProofEngine,
  readR1csCounts,
} from '../../src/proving/io/index.ts'
import { DIGITS_CIRCUIT, heldOutDigits } from '../../test/compute/digits.ts'
import type { Bench } from '../bench.ts'
import { digitsElsewhere } from '../support/published.ts'
import { bytes, count, megabytes } from '../support/quantity.ts'
import { repeat, timed, wallAndCpu } from '../support/timing.ts'

const wasm = new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)

export const digits: Bench = {
  name: 'digits',
  title: 'Graphs: a handwritten digit',
  about:
    'graphs/digits (784-32-10, pixels of 8 bits, their commitment included): one image proved by Spartan with Mercury. ' +
    'Witnesses are made by circom’s generator. Set-up is cold but for the powers of tau, which every circuit shares.',
  async run({ quick, scratch, say }) {
    const runs = quick ? 1 : 9
    say('circuit and keys')
    const circuit = await compileCircom(fileURLToPath(DIGITS_CIRCUIT))
    const { constraints, wires } = await readR1csCounts(circuit.r1cs)
    const ptau = await developmentPowers(Math.ceil(Math.log2(Math.max(constraints, wires))))
    const cache = process.env.XDG_CACHE_HOME
    process.env.XDG_CACHE_HOME = scratch
    const setUp = await timed(() => ensureProofSetup(circuit, { ptau }))
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
    const { verifierKey } = setUp.value
    const engine = await NativeProofEngine.load(setUp.value)
    const generator = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
    const [image] = heldOutDigits()
    if (image === undefined) throw new Error('no image')
    const input = { pixel: [...image.pixels] }
    say('measuring')
    const first = await timed(() => generator.calculate(input))
    const witnessing = await repeat(runs, () => generator.calculate(input), 0)
    const { proof, publicValues } = await engine.prove(first.value)
    const proving = await repeat(runs, () => engine.prove(first.value), 0)
    const memory = megabytes(process.resourceUsage().maxRSS * 1024)
    const accepts = async (verifier: Pick<NativeProofEngine, 'verify'>) => {
      if (!(await verifier.verify(proof, publicValues)).ok) throw new Error('a proof does not verify')
    }
    const verifying = await repeat(3 * runs, () => accepts(engine), 0)
    const byWasm = await openWasmProofVerifier(await readFile(wasm), await readFile(verifierKey))
    const verifyingByWasm = await repeat(runs, () => accepts(byWasm))
    return {
      tables: [
        {
          columns: ['', 'wall', 'CPU'],
          rows: [
            ['set up', ...wallAndCpu([setUp])],
            ['first witness', ...wallAndCpu([first])],
            ['witness', ...wallAndCpu(witnessing)],
            ['prove', ...wallAndCpu(proving)],
            ['verify', ...wallAndCpu(verifying)],
            ['verify in WebAssembly', ...wallAndCpu(verifyingByWasm)],
          ],
        },
        {
          columns: ['', 'constraints', 'prove', 'verify', 'proof', 'set-up', 'memory'],
          rows: [
            [
              'this project, MNIST 784-32-10',
              count(constraints),
              wallAndCpu(proving)[0],
              wallAndCpu(verifying)[0],
              bytes(proof.length),
              'universal',
              memory,
            ],
            ...digitsElsewhere.map((one) => [
              ...[one.name, one.constraints, one.prove, one.verify, one.proof, one.setUp, one.memory],
            ]),
          ],
        },
      ],
      notes: [
        'Memory is the peak of the process that made set-up, witnesses and proofs, Node and all.',
        `The verifying key has ${(await stat(verifierKey)).size.toLocaleString('en-GB')} bytes.`,
        'The other systems’ figures were published or measured elsewhere; what their circuits check of pixels, and whether ' +
          'they commit to them, differs.',
      ],
    }
  },
}
