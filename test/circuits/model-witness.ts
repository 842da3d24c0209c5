import type { R1cs } from '../support/r1cs.ts'
import type { Symbols } from '../support/symbols.ts'
import { byComponent, type Lies, Scope, type Sink } from './model/signals.ts'

/** A complete witness vector from a model's run. Throws where the model leaves a wire out or a lie is about nothing. */
export function modelWitness(
  r1cs: R1cs,
  symbols: Symbols,
  run: (scope: Scope) => void,
  lies: Lies = {},
  memory: WitnessMemory = new Map(),
): bigint[] {
  const witness = new Array<bigint>(r1cs.wires).fill(-1n)
  witness[0] = 1n
  let record: Remembered | undefined
  const sink: Sink = {
    component(path) {
      const wires = symbols.components.get(path)
      return (name, value) => {
        const wire = wires?.get(name)
        if (wire === undefined) return
        witness[wire] = value
        record?.wires.push(wire)
        record?.values.push(value)
      }
    },
    remember(key, model) {
      const known = memory.get(key)
      if (known !== undefined) {
        known.wires.forEach((wire, i) => {
          witness[wire] = known.values[i]!
        })
        return known.result as ReturnType<typeof model>
      }
      const own = { wires: [], values: [], result: undefined as unknown }
      record = own
      const result = model()
      own.result = result
      record = undefined
      if (memory.size >= MOST_REMEMBERED) memory.delete(memory.keys().next().value as string)
      memory.set(key, own)
      return result
    },
  }
  const scope = new Scope(sink, byComponent(lies))
  run(scope)
  const untold = scope.untold()
  if (untold.length > 0) throw new Error(`no signal is called ${untold.join(', ')}`)
  const missing = witness.indexOf(-1n)
  if (missing >= 0) throw new Error(`the model leaves out ${symbols.names[missing]}`)
  return witness
}

/** What components set that were worked out before: most forgeries are of the same headers. */
export type WitnessMemory = Map<string, Remembered>

interface Remembered {
  readonly wires: number[]
  readonly values: bigint[]
  result: unknown
}

/** A header hash is fifty thousand values. */
const MOST_REMEMBERED = 8
