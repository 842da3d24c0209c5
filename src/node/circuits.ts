import { certifyCircuit, winCircuit } from '../../storage/io/index.ts'
import { stepCircuit } from '../bus/io/index.ts'
import { type CircuitRegistry, circuitRegistry } from '../proving/io/index.ts'

/** Every circuit of the project, from what the parts declare. */
export function projectCircuits(): CircuitRegistry {
  return circuitRegistry<string>([stepCircuit], [winCircuit, certifyCircuit])
}
