import { beforeAll, describe, expect, test } from 'vitest'
import { equalBytes } from '../../src/lib/index.ts'
import { winCircuit } from '../../storage/io/index.ts'
import { winInput } from '../../storage/sampling/win-input.ts'
import { winPublicValues } from '../../storage/sampling/win-statement.ts'
import { kernel } from '../storage/kernels.ts'
import { decodeWitness } from '../support/r1cs.ts'
import { winCount, winParts } from './constraint-counts.ts'
import { drawForgeries } from './forgeries/win-draws.ts'
import { unitForgeries } from './forgeries/win-units.ts'
import { type WinSignals, win } from './model/storage/win.ts'
import type { ModelledCircuit } from './modelled-circuit.ts'
import { countByPart, loadStorageCircuit } from './storage-circuit.ts'
import { type ForgedScene, forgedScene } from './win-scene.ts'

let circuit: ModelledCircuit<WinSignals>
let forged: ForgedScene
beforeAll(async () => {
  forged = await forgedScene()
  circuit = await loadStorageCircuit(winCircuit, win, forged.honest)
}, 600_000)

describe('the circuit win', () => {
  test('has its exact number of constraints, each with its name', () => {
    const { constraints, linear, outputs, publicInputs } = circuit.r1cs
    expect({ nonLinear: constraints - linear, linear }).toEqual(winCount)
    expect([outputs, publicInputs]).toEqual([0, 10])
    expect(countByPart(circuit.names)).toEqual(winParts)
  })

  test('has the witness that the model makes, and the public values of the statement', () => {
    const { statement, units } = forged.tried
    const bytes = circuit.calculator.calculate(winInput(kernel, statement, units))
    const made = decodeWitness(bytes)
    expect(circuit.witness(forged.honest).findIndex((value, i) => value !== made[i])).toBe(-1)
    expect(circuit.refusals(forged.honest)).toEqual([])
    expect(equalBytes(bytes.slice(32, 32 * 11), winPublicValues(statement))).toBe(true)
  })
})

// Each attempt is a complete witness vector, held against the compiled R1CS and nothing else.
describe.each([
  ['what is drawn', drawForgeries],
  ['what is opened', unitForgeries],
] as const)('%s', (_, forgeries) => {
  test.each(forgeries)('$name', async ({ attempt, refusedBy }) => {
    const { input, lies } = await attempt(forged)
    expect(circuit.refusals(input, lies)).toEqual(refusedBy)
  })
})
