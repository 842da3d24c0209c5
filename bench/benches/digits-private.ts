import { heldOutDigits } from '../../test/compute/digits.ts'
import { trainedModel } from '../../test/compute/digits-private-model.ts'
import type { Bench } from '../bench.ts'
import { type Measured, type Model, measureModel, modelRow, phasesTable } from '../support/model-bench.ts'

const [image] = heldOutDigits()
const pixel = [...(image?.pixels ?? [])]
const salt = 3n ** 150n
const MODELS: readonly Model[] = [
  { graph: 'digits-private-image', name: '784-32-10, private image', scheme: 'groth16', input: { pixel, salt } },
  {
    ...{ graph: 'digits-private-model', name: '144-15-10, private weights', scheme: 'groth16' },
    input: { pixel, weights: [...trainedModel], salt },
  },
]

export const digitsPrivate: Bench = {
  name: 'digits-private',
  title: 'Graphs: a handwritten digit, by a hidden image or a hidden model',
  about:
    'graphs/digits-private-image and graphs/digits-private-model, the commitments included: one image proved by Groth16. Set-up makes ' +
    'development keys, and is cold but for the powers of tau.',
  async run(context) {
    const measured: Measured[] = []
    for (const model of MODELS) measured.push({ model, ...(await measureModel(model, context)) })
    return {
      tables: [
        phasesTable(measured),
        {
          columns: ['', 'constraints', 'prove', 'verify', 'proof', 'set-up', 'memory'],
          rows: measured.map(modelRow),
        },
      ],
      notes: ['Proofs are made in a process of its own: its CPU time and its memory are not in these figures.'],
    }
  },
}
