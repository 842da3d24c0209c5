import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import {
  DIGITS_CIRCUIT,
  digitOf,
  digitOutputs,
  heldOutDigits,
  hiddenSums,
  scoresOf,
  tiedImage,
} from '../compute/digits.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { digitsCount, digitsParts } from './constraint-counts.ts'
import { digitForgeries } from './forgeries/digits.ts'
import { free } from './hints.ts'
import { digits } from './model/compute/digits.ts'
import { type ModelledCircuit, modelledCircuit } from './modelled-circuit.ts'
import { countByPart } from './storage-circuit.ts'

const heldOut = heldOutDigits()
let circuit: ModelledCircuit<readonly bigint[]>
beforeAll(async () => {
  circuit = await modelledCircuit(await compileCircom(fileURLToPath(DIGITS_CIRCUIT)), digits, new Array(784).fill(0n))
}, 300_000)

const edges: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(784),
  'full ink': new Uint8Array(784).fill(255),
  'one pixel': new Uint8Array(784).fill(255, 406, 407),
  'a chessboard': Uint8Array.from({ length: 784 }, (_, i) => 255 * ((i + Math.floor(i / 28)) % 2)),
  'all values': Uint8Array.from({ length: 784 }, (_, i) => i % 256),
  ...Object.fromEntries([0, 33, 77, 150].map((i) => [`a tie near image ${i}`, tiedImage(heldOut[i]!.pixels)])),
}

/** Public values of the circuit's own run, once the constraints accept it. */
function run(pixels: Uint8Array): bigint[] {
  const witness = decodeWitness(circuit.calculator.calculate({ pixel: [...pixels] }))
  expect(brokenConstraints(circuit.r1cs, witness)).toEqual([])
  return witness.slice(1, 1 + circuit.r1cs.outputs)
}

describe('the reference', () => {
  test('recognises 193 of 200 images that it was not trained on', () => {
    const right = heldOut.filter(({ label, pixels }) => digitOf(scoresOf(hiddenSums(pixels))) === label)
    expect([right.length, heldOut.length]).toEqual([193, 200])
  })
})

describe('the circuit digits', () => {
  test('has its exact number of constraints, each with its name', () => {
    const { constraints, linear, outputs, publicInputs } = circuit.r1cs
    expect({ nonLinear: constraints - linear, linear }).toEqual(digitsCount)
    expect([outputs, publicInputs]).toEqual([12, 0])
    expect(countByPart(circuit.names)).toEqual(digitsParts)
  })

  test('says what the reference says, of images that were held out', () => {
    for (const { pixels } of heldOut.filter((_, i) => i % 4 === 0)) expect(run(pixels)).toEqual(digitOutputs(pixels))
  })

  test.each(Object.entries(edges))('and of edges: %s', (_, pixels) => {
    expect(run(pixels)).toEqual(digitOutputs(pixels))
  })

  test('has the witness that the model makes', () => {
    const { pixels } = heldOut[5]!
    const made = decodeWitness(circuit.calculator.calculate({ pixel: [...pixels] }))
    const model = circuit.witness(Array.from(pixels, BigInt))
    expect(model.findIndex((value, i) => value !== made[i])).toBe(-1)
  })

  test('leaves nothing free once the pixels are given', () => {
    expect(free(circuit, /^main\.pixel\[/, [])).toEqual([])
  })

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(digitForgeries)('$name', ({ pixels, lies, refusedBy }) => {
    expect(circuit.refusals(pixels, lies)).toEqual(refusedBy)
  })
})
