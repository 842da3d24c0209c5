import { namedValues } from '../../circuit/public-values.ts'
import { computeError } from '../../errors.ts'
import type { InputSource } from '../../manifest/data-sources.ts'
import type { HistoryBinding } from '../../manifest/history-binding.ts'
import { inputSources } from '../../manifest/manifest.ts'
import type { OnceOfKeys } from '../open-program.ts'
import { type CircuitInputs, proveCircuit, runCircuit } from '../run-circuit.ts'

type Values = readonly bigint[]

/** A program whose condition an automation looks at. */
export interface Condition {
  /** The program's id, 32 bytes. */
  readonly id: Uint8Array
  /** What it is about: periods of headers, or results of another program. */
  readonly about:
    | { readonly kind: 'periods'; readonly binding: HistoryBinding }
    | {
        readonly kind: 'results'
        readonly source: Extract<InputSource, { readonly kind: 'result' }>
        readonly length: number
      }
  /** Runs it over what it reads at an occasion, without proving anything: its public values. */
  run(inputs: CircuitInputs, signal: AbortSignal): Promise<Values>
  prove(inputs: CircuitInputs, signal: AbortSignal): Promise<{ readonly values: Values; readonly proof: Uint8Array }>
  outputs(values: Values): Readonly<Record<string, bigint>>
  /** Whether it holds. */
  holds(values: Values): boolean
}

/** Throws E_PROGRAM where a program has none. */
export function conditionOf(program: OnceOfKeys): Condition {
  const { about, name } = conditionIn(program)
  const outputs = (values: Values) => namedValues(program.manifest.program, values).outputs
  return {
    id: program.id,
    about,
    run: (inputs, signal) => runCircuit(program, inputs, signal),
    prove: (inputs, signal) => proveCircuit(program, inputs, { signal }),
    outputs,
    holds: (values) => outputs(values)[name] === 1n,
  }
}

/** What it is about, and the output that is 1 where it holds. */
function conditionIn({ manifest }: OnceOfKeys): Pick<Condition, 'about'> & { readonly name: string } {
  const { history: binding, input } = manifest.program
  if (binding?.condition !== undefined) return { about: { kind: 'periods', binding }, name: binding.condition }
  const [source] = inputSources(manifest)
  if (manifest.trigger.onEvent === true && source?.kind === 'result' && input?.condition !== undefined) {
    return { about: { kind: 'results', source, length: input.bytes }, name: input.condition }
  }
  throw computeError(
    'E_PROGRAM',
    `${manifest.name} has no condition: program.history.condition, on headers; or with trigger.onEvent program.input.condition, on a result`,
  )
}
