import type { CircuitArgument, CircuitProgram } from '../manifest/circuit-program.ts'
import { HISTORY_SIGNALS } from '../manifest/history-binding.ts'
import { OPENING_ELEMENTS } from './opening.ts'

/** Public values of a circuit by the manifest's names: its outputs, then the elements of its public arguments. */
export interface NamedValues {
  readonly outputs: Readonly<Record<string, bigint>>
  /** Each with all of its elements. */
  readonly arguments: Readonly<Record<string, readonly bigint[]>>
}

type Given = Pick<CircuitProgram, 'arguments' | 'history'>

/** Arguments that everybody sees, in the circuit's order; of one that opens headers, what says in which history. */
export function publicArguments(program: Given): readonly CircuitArgument[] {
  if (program.history !== undefined) return HISTORY_SIGNALS.map((signal) => ({ signal, elements: 1 }))
  return program.arguments.filter((argument) => argument.private !== true)
}

/** All arguments that a caller gives; of one that opens headers, which and where, as elements of the signals that it takes them by. */
export function givenArguments({ arguments: given, history }: Given): readonly CircuitArgument[] {
  if (history === undefined) return given
  const { opening, places } = history
  return [
    ...publicArguments({ arguments: [], history }),
    { signal: opening, elements: places.length * OPENING_ELEMENTS },
  ]
}

/** How many values a result of a program says. */
export function publicCount(program: Given & Pick<CircuitProgram, 'outputs'>): number {
  return publicArguments(program).reduce((sum, { elements }) => sum + elements, program.outputs.length)
}

/** As many values as the program has, named. */
export function namedValues(program: Given & Pick<CircuitProgram, 'outputs'>, values: readonly bigint[]): NamedValues {
  const outputs = Object.fromEntries(program.outputs.map((name, i) => [name, values[i] as bigint]))
  let at = program.outputs.length
  const given = publicArguments(program).map(({ signal, elements }) => {
    at += elements
    return [signal, values.slice(at - elements, at)] as const
  })
  return { outputs, arguments: Object.fromEntries(given) }
}
