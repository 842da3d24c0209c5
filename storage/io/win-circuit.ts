import type { CircuitDeclaration } from '../../src/proving/index.ts'
import { WasmWitnessSource } from '../../src/proving/io/index.ts'

/** That a try of a provider wins: circuits/storage/win.circom, proved by itself. */
export const winCircuit: CircuitDeclaration<'win'> = {
  name: 'win',
  source: 'storage/win.circom',
  kind: 'one-shot',
  openWitnesses: (circuit) => WasmWitnessSource.open(circuit),
}
