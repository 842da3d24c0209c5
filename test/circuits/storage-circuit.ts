import type { CircuitDeclaration, CircuitInput, CircuitValue } from '../../src/proving/index.ts'
import { compileCircuit } from '../../src/proving/io/circuits.ts'
import type { Scope } from './model/signals.ts'
import { type ModelledCircuit, modelledCircuit } from './modelled-circuit.ts'

/** A circuit that storage declares. */
export async function loadStorageCircuit<Signals>(
  declaration: CircuitDeclaration,
  model: (scope: Scope, input: Signals) => void,
  some: Signals,
): Promise<ModelledCircuit<Signals>> {
  return await modelledCircuit(await compileCircuit(declaration), model, some)
}

/** Inputs as a circuit is given them, as the model takes them. */
export function modelInput<Signals>(input: CircuitInput): Signals {
  const numbers = (value: CircuitValue): unknown => (typeof value === 'object' ? value.map(numbers) : BigInt(value))
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, numbers(value)])) as Signals
}

/** How many constraints each part of a circuit has, all its instances together. */
export function countByPart(names: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const name of names) {
    const part = name.split(/[.:[]/)[name.startsWith('main.') ? 1 : 0]!
    counted[part] = (counted[part] ?? 0) + 1
  }
  return counted
}
