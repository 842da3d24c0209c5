import { expect, test } from 'vitest'
import { free, STEP_FREE, STEP_HINTS } from '../circuits/hints.ts'
import { loadStepCircuit } from '../circuits/step-circuit.ts'

// Of more than a hundred thousand wires a few are hints of which an argument says that they follow (hints.ts); with these
// taken as known, propagation through the constraints reaches all others but the inverses of zero.
test('every wire of the step circuit follows from state, active, words and peaks', async () => {
  const compiled = await loadStepCircuit()
  expect(free(compiled, /^main\.(state|active|words|peaks)(\[|$)/, STEP_HINTS)).toEqual(STEP_FREE)
}, 1_200_000)
