import type { CircuitArgument, CircuitProgram } from '../manifest/circuit-program.ts'

/** Public values of a circuit by the manifest's names: its outputs, then the elements of its public arguments. */
export interface NamedValues {
  readonly outputs: Readonly<Record<string, bigint>>
  /** Each with all of its elements. */
  readonly arguments: Readonly<Record<string, readonly bigint[]>>
}

/** Arguments that everybody sees, in the circuit's order. */
export function publicArguments(program: Pick<CircuitProgram, 'arguments'>): readonly CircuitArgument[] {
  return program.arguments.filter((argument) => argument.private !== true)
}

/** How many values a result of a program says. */
export function publicCount(program: Pick<CircuitProgram, 'arguments' | 'outputs'>): number {
  return publicArguments(program).reduce((sum, { elements }) => sum + elements, program.outputs.length)
}

/** As many values as the program has, named. */
export function namedValues(
  program: Pick<CircuitProgram, 'arguments' | 'outputs'>,
  values: readonly bigint[],
): NamedValues {
  const outputs = Object.fromEntries(program.outputs.map((name, i) => [name, values[i] as bigint]))
  let at = program.outputs.length
  const given = publicArguments(program).map(({ signal, elements }) => {
    at += elements
    return [signal, values.slice(at - elements, at)] as const
  })
  return { outputs, arguments: Object.fromEntries(given) }
}
