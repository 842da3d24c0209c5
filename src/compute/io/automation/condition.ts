import type { CircuitInput } from '../../../proving/index.ts'
import { namedValues } from '../../circuit/public-values.ts'
import { computeError } from '../../errors.ts'
import type { HistoryBinding } from '../../manifest/history-binding.ts'
import type { OnceOfKeys } from '../open-program.ts'
import { proveCircuit, runCircuit } from '../run-circuit.ts'

type Values = readonly bigint[]

/** A program whose condition an automation looks at. */
export interface Condition {
  /** The program's id, 32 bytes. */
  readonly id: Uint8Array
  readonly binding: HistoryBinding
  /** Runs it over what it reads of a period, without proving anything: its public values. */
  run(input: CircuitInput, signal: AbortSignal): Promise<Values>
  prove(input: CircuitInput, signal: AbortSignal): Promise<{ readonly values: Values; readonly proof: Uint8Array }>
  outputs(values: Values): Readonly<Record<string, bigint>>
  /** Whether it holds. */
  holds(values: Values): boolean
}

/** Throws E_PROGRAM where a program has none. */
export function conditionOf(program: OnceOfKeys): Condition {
  const { history: binding } = program.manifest.program
  const condition = binding?.condition
  if (binding === undefined || condition === undefined) {
    throw computeError('E_PROGRAM', `${program.manifest.name} has no condition on headers: program.history.condition`)
  }
  const outputs = (values: Values) => namedValues(program.manifest.program, values).outputs
  return {
    id: program.id,
    binding,
    run: (input, signal) => runCircuit(program, { arguments: input }, signal),
    prove: (input, signal) => proveCircuit(program, { arguments: input }, { signal }),
    outputs,
    holds: (values) => outputs(values)[condition] === 1n,
  }
}
