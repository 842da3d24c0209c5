import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { FIELD_MODULUS } from '../../src/bus/index.ts'
import { compileCircom } from '../../src/proving/io/circuits.ts'
import { commitmentOf, digitOf, heldOutDigits, hiddenSums, scoresOf } from '../compute/digits.ts'
import { saltedOf } from '../compute/salted.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { brokenConstraints } from '../support/r1cs-check.ts'
import { digitsParts } from './constraint-counts.ts'
import { privateImageForgeries } from './forgeries/digits-private-image.ts'
import { free } from './hints.ts'
import { digitsPrivateImage } from './model/compute/digits.ts'
import { type ModelledCircuit, modelledCircuit } from './modelled-circuit.ts'
import { countByPart } from './storage-circuit.ts'

const CIRCUIT = new URL('../../graphs/digits-private-image/digits-private-image.circom', import.meta.url)
const heldOut = heldOutDigits()
let circuit: ModelledCircuit<{ readonly pixels: readonly bigint[]; readonly salt: bigint }>
beforeAll(async () => {
  const nothing = { pixels: new Array(784).fill(0n), salt: 0n }
  circuit = await modelledCircuit(await compileCircom(fileURLToPath(CIRCUIT)), digitsPrivateImage, nothing)
}, 300_000)

/** Public values of the circuit's own run, once the constraints accept it. */
function run(pixels: Uint8Array, salt: bigint): bigint[] {
  const witness = decodeWitness(circuit.calculator.calculate({ pixel: [...pixels], salt }))
  expect(brokenConstraints(circuit.r1cs, witness)).toEqual([])
  return witness.slice(1, 1 + circuit.r1cs.outputs)
}

describe('the circuit digits-private-image', () => {
  test('has its exact number of constraints, each with its name', () => {
    const { constraints, linear, outputs, publicInputs } = circuit.r1cs
    expect([constraints - linear, linear, outputs, publicInputs]).toEqual([8_715, 0, 2, 0])
    expect(countByPart(circuit.names)).toEqual({ ...digitsParts, salted: 258 })
  })

  test('says what the reference says, and no more', () => {
    const images = [
      new Uint8Array(784),
      new Uint8Array(784).fill(255),
      ...heldOut.slice(0, 20).map(({ pixels }) => pixels),
    ]
    for (const [i, pixels] of images.entries()) {
      const salt = [0n, FIELD_MODULUS - 1n][i] ?? 7n ** BigInt(i + 40)
      expect(run(pixels, salt)).toEqual([
        BigInt(digitOf(scoresOf(hiddenSums(pixels)))),
        saltedOf(commitmentOf(pixels), salt % FIELD_MODULUS),
      ])
    }
  })

  test('leaves nothing free once pixels and salt are given', () => {
    expect(free(circuit, /^main\.(pixel\[|salt$)/, [])).toEqual([])
  })

  // Each is a complete witness vector, held against the compiled R1CS and nothing else.
  test.each(privateImageForgeries)('$name', ({ given, lies, refusedBy }) => {
    expect(circuit.refusals(given, lies)).toEqual(refusedBy)
  })
})
