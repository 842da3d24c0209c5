import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compileCircom } from '../../src/proving/io/index.ts'
import { free } from '../circuits/hints.ts'
import { digitsPrivateModel } from '../circuits/model/compute/digits-private-model.ts'
import { modelledCircuit } from '../circuits/modelled-circuit.ts'
import { PRIVATE_MODEL_CIRCUIT } from '../compute/digits-private-model.ts'

// Whether a prover is free to choose anything, once image, model and salt are given: the propagation takes half a minute of CPU.
test('digits-private-model leaves nothing free but sums, which are digits of one number', async () => {
  const nothing = { pixels: new Array(784).fill(0n), weights: new Array(2385).fill(0n), salt: 0n }
  const compiled = await compileCircom(fileURLToPath(PRIVATE_MODEL_CIRCUIT))
  const circuit = await modelledCircuit(compiled, digitsPrivateModel, nothing)
  const argument =
    'Dense: digits of one number, each from -2^25 to 2^25 - 1 by a range check, in base 2^26. Two such rows of digits ' +
    'with the same number are one, since nine of them stay below 2^250.'
  const sums = { wires: /^main\.(hidden\[\d+\]\.in$|greatest\.in\[)/, argument }
  expect(free(circuit, /^main\.(pixel\[|weights\[|salt$)/, [sums])).toEqual([])
}, 600_000)
