import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { heldOutDigits } from '../compute/digits.ts'
import { cnnOutputs, cnnValues, DIGITS_CNN_CIRCUIT } from '../compute/digits-cnn.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { cnnCount, cnnParts } from './constraint-counts.ts'
import { cnnForgeries } from './forgeries/digits-cnn.ts'
import { free } from './hints.ts'
import { digitsCnn } from './model/compute/digits-cnn.ts'
import { type ModelledCircuit, modelledCircuit } from './modelled-circuit.ts'
import { countByPart } from './storage-circuit.ts'

const heldOut = heldOutDigits()
let circuit: ModelledCircuit<readonly bigint[]>
beforeAll(async () => {
  const compiled = await compileCircom(fileURLToPath(DIGITS_CNN_CIRCUIT))
  circuit = await modelledCircuit(compiled, digitsCnn, new Array(784).fill(0n))
}, 300_000)

const edges: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(784),
  'full ink': new Uint8Array(784).fill(255),
  'one pixel': new Uint8Array(784).fill(255, 406, 407),
  'the last row and column': Uint8Array.from({ length: 784 }, (_, i) => (i % 28 === 27 || i >= 756 ? 255 : 0)),
  'a chessboard': Uint8Array.from({ length: 784 }, (_, i) => 255 * ((i + Math.floor(i / 28)) % 2)),
  'all values': Uint8Array.from({ length: 784 }, (_, i) => i % 256),
}

/** Public values of the circuit's own run, once the constraints accept it. */
function run(pixels: Uint8Array): bigint[] {
  const witness = decodeWitness(circuit.calculator.calculate({ pixel: [...pixels] }))
  expect(brokenConstraints(circuit.r1cs, witness)).toEqual([])
  return witness.slice(1, 1 + circuit.r1cs.outputs)
}

test('the reference recognises 199 of 200 images that it was not trained on', () => {
  const right = heldOut.filter(({ label, pixels }) => cnnValues(pixels).digit === label)
  expect([right.length, heldOut.length]).toEqual([199, 200])
})

describe('the circuit digits-cnn', () => {
  test('has its exact number of constraints, each with its name', () => {
    const { constraints, linear, outputs, publicInputs } = circuit.r1cs
    expect({ nonLinear: constraints - linear, linear }).toEqual(cnnCount)
    expect([outputs, publicInputs]).toEqual([12, 0])
    expect(countByPart(circuit.names)).toEqual(cnnParts)
  })

  test('says what the reference says, of images that were held out', () => {
    for (const { pixels } of heldOut.filter((_, i) => i % 8 === 0)) expect(run(pixels)).toEqual(cnnOutputs(pixels))
  })

  test.each(Object.entries(edges))('and of edges: %s', (_, pixels) => {
    expect(run(pixels)).toEqual(cnnOutputs(pixels))
  })

  test('has the witness that the model makes', () => {
    const { pixels } = heldOut[5]!
    const made = decodeWitness(circuit.calculator.calculate({ pixel: [...pixels] }))
    const model = circuit.witness(Array.from(pixels, BigInt))
    expect(model.findIndex((value, i) => value !== made[i])).toBe(-1)
  })

  test('leaves nothing free once the pixels are given', () => {
    const argument = 'Each is 31 pixels packed; the compiler has it in the place of one of them, which no kernel sees.'
    const packed = { wires: /^main\.commitment\.link\[\d\]\.inputs\[/, argument }
    expect(free(circuit, /^main\.pixel\[/, [packed])).toEqual([])
  })

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(cnnForgeries)('$name', ({ pixels, lies, refusedBy }) => {
    expect(circuit.refusals(pixels, lies)).toEqual(refusedBy)
  })
})
