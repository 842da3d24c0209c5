import type { CircuitDeclaration } from '../../proving/index.ts'
import { BusWitnessSource } from '../../proving/io/index.ts'

/** The step that the bus folds: two headers, circuits/bus/step.circom. */
export const stepCircuit: CircuitDeclaration<'bus'> = {
  name: 'bus',
  source: 'bus/main.circom',
  kind: 'fold',
  openWitnesses: (circuit) => BusWitnessSource.load(circuit),
}
