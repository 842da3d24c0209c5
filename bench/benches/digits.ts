import { heldOutDigits } from '../../test/compute/digits.ts'
import type { Bench } from '../bench.ts'
import { type Measured, type Model, measureModel, modelRow, phasesTable } from '../support/model-bench.ts'
import { digitsElsewhere } from '../support/published.ts'

const [image] = heldOutDigits()
const pixel = [...(image?.pixels ?? [])]
const MODELS: readonly Model[] = [
  { graph: 'digits', name: 'MNIST 784-32-10', scheme: 'spartan', input: { pixel } },
  { graph: 'digits-cnn', name: 'MNIST, convolutional', scheme: 'spartan', input: { pixel } },
]

export const digits: Bench = {
  name: 'digits',
  title: 'Graphs: a handwritten digit',
  about:
    'graphs/digits (784-32-10) and graphs/digits-cnn (two convolutions), pixels of 8 bits, their commitment included: one image ' +
    'proved by Spartan with Mercury. Witnesses are made by circom’s generator. Set-up is cold but for the powers of tau, which ' +
    'every circuit shares.',
  async run(context) {
    const measured: Measured[] = []
    for (const model of MODELS) measured.push({ model, ...(await measureModel(model, context)) })
    return {
      tables: [
        phasesTable(measured),
        {
          columns: ['', 'constraints', 'prove', 'verify', 'proof', 'set-up', 'memory'],
          rows: [
            ...measured.map(modelRow),
            ...digitsElsewhere.map((one) => [
              ...[one.name, one.constraints, one.prove, one.verify, one.proof, one.setUp, one.memory],
            ]),
          ],
        },
      ],
      notes: [
        'Memory is the peak of the process that made set-up, witnesses and proofs, Node and all; of both models in turn, so ' +
          'that it only grows.',
        `The verifying keys have ${measured.map(({ keyBytes }) => keyBytes.toLocaleString('en-GB')).join(' and ')} bytes.`,
        'The other systems’ figures were published or measured elsewhere; what their circuits check of pixels, and whether ' +
          'they commit to them, differs.',
      ],
    }
  },
}
