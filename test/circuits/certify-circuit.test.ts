import { beforeAll, describe, expect, test } from 'vitest'
import { certifyCircuit } from '../../storage/io/index.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { type CertifyScene, certifyScene } from './certify-scene.ts'
import { certifyCount, certifyParts } from './constraint-counts.ts'
import { certifyForgeries } from './forgeries/certify.ts'
import { type CertifySignals, certify } from './model/storage/certify.ts'
import type { ModelledCircuit } from './modelled-circuit.ts'
import { countByPart, loadStorageCircuit } from './storage-circuit.ts'

let circuit: ModelledCircuit<CertifySignals>
let scene: CertifyScene
beforeAll(async () => {
  scene = await certifyScene()
  circuit = await loadStorageCircuit(certifyCircuit, certify, scene.honest)
}, 600_000)

describe('the step of a certificate', () => {
  test('has its exact number of constraints, each with its name', () => {
    const { constraints, linear, outputs, publicInputs } = circuit.r1cs
    expect({ nonLinear: constraints - linear, linear }).toEqual(certifyCount)
    expect([outputs, publicInputs]).toEqual([5, 5])
    expect(countByPart(circuit.names)).toEqual(certifyParts)
  })

  test('has the witness that the model makes, and goes on by six samples', () => {
    const made = decodeWitness(circuit.calculator.calculate(scene.input))
    expect(circuit.witness(scene.honest).findIndex((value, i) => value !== made[i])).toBe(-1)
    expect(circuit.refusals(scene.honest)).toEqual([])
    const [base, root, units, seed, sample] = scene.honest.state
    expect(made.slice(1, 11)).toEqual([base, root, units, seed, sample! + 6n, ...scene.honest.state])
  })
})

// Each attempt is a complete witness vector, held against the compiled R1CS and nothing else.
test.each(certifyForgeries)('$name', ({ attempt, refusedBy }) => {
  const { input, lies } = attempt(scene)
  expect(circuit.refusals(input, lies)).toEqual(refusedBy)
})
