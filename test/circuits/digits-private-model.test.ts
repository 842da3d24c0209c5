import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { heldOutDigits } from '../compute/digits.ts'
import {
  PRIVATE_MODEL_CIRCUIT,
  privateModelOutputs,
  privateModelValues,
  trainedModel,
} from '../compute/digits-private-model.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { privateModelCount, privateModelParts } from './constraint-counts.ts'
import { privateModelForgeries } from './forgeries/digits-private-model.ts'
import { digitsPrivateModel, type PrivateModelInput } from './model/compute/digits-private-model.ts'
import { type ModelledCircuit, modelledCircuit } from './modelled-circuit.ts'
import { countByPart } from './storage-circuit.ts'

const heldOut = heldOutDigits()
let circuit: ModelledCircuit<PrivateModelInput>
beforeAll(async () => {
  const nothing = { pixels: new Array(784).fill(0n), weights: new Array(2385).fill(0n), salt: 0n }
  circuit = await modelledCircuit(
    await compileCircom(fileURLToPath(PRIVATE_MODEL_CIRCUIT)),
    digitsPrivateModel,
    nothing,
  )
}, 300_000)

/** Public values of the circuit's own run, once the constraints accept it. */
function run(model: Uint8Array, salt: bigint, pixels: Uint8Array): bigint[] {
  const witness = decodeWitness(circuit.calculator.calculate({ pixel: [...pixels], weights: [...model], salt }))
  expect(brokenConstraints(circuit.r1cs, witness)).toEqual([])
  return witness.slice(1, 1 + circuit.r1cs.outputs)
}

test('the reference recognises 191 of 200 images that the model was not trained on', () => {
  const right = heldOut.filter(({ label, pixels }) => privateModelValues(trainedModel, pixels).digit === label)
  expect([right.length, heldOut.length]).toEqual([191, 200])
})

describe('the circuit digits-private-model', () => {
  test('has its exact number of constraints, each with its name', () => {
    const { constraints, linear, outputs, publicInputs } = circuit.r1cs
    expect({ nonLinear: constraints - linear, linear }).toEqual(privateModelCount)
    expect([outputs, publicInputs]).toEqual([3, 0])
    expect(countByPart(circuit.names)).toEqual(privateModelParts)
  })

  test('says what the reference says, of images that were held out', () => {
    for (const [i, { pixels }] of heldOut.filter((_, i) => i % 20 === 0).entries()) {
      const salt = 5n ** BigInt(90 + i)
      expect(run(trainedModel, salt, pixels)).toEqual(privateModelOutputs(trainedModel, salt, pixels))
    }
  })

  // The greatest sums that any bytes make, of either sign: none leaves its range.
  test.each([
    ['greatest', 255],
    ['least', 0],
  ])('takes a model of the %s weights, and any image', (_, byte) => {
    const model = new Uint8Array(2385).fill(byte)
    for (const pixels of [new Uint8Array(784), new Uint8Array(784).fill(255), heldOut[9]!.pixels]) {
      expect(run(model, 0n, pixels)).toEqual(privateModelOutputs(model, 0n, pixels))
    }
    const mixed = model.map((_, i) => (i % 2 === 0 ? byte : 255 - byte))
    expect(run(mixed, 1n, heldOut[9]!.pixels)).toEqual(privateModelOutputs(mixed, 1n, heldOut[9]!.pixels))
  })

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(privateModelForgeries)('$name', ({ given, lies, refusedBy }) => {
    expect(circuit.refusals(given, lies)).toEqual(refusedBy)
  })
})
