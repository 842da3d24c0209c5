import type { CompiledCircuit } from '../../proving/index.ts'
import type { R1csCounts } from '../../proving/io/index.ts'
import { OPENING_ELEMENTS } from '../circuit/opening.ts'
import { publicArguments, publicCount } from '../circuit/public-values.ts'
import { computeError } from '../errors.ts'
import type { CircuitProgram } from '../manifest/circuit-program.ts'
import { mainSignals } from './main-signals.ts'

/**
 * Holds the signals of a compiled circuit against the manifest: the outputs that it names, the inputs that it binds and no others,
 * and public ones where they stand in a proof. Throws E_PROGRAM.
 */
export async function requireCircuit(
  program: CircuitProgram,
  circuit: CompiledCircuit,
  { outputs, publicInputs, privateInputs }: R1csCounts,
): Promise<void> {
  const refuse = (why: string) => computeError('E_PROGRAM', `${program.circuit} ${why}`)
  const given = publicArguments(program)
  const hidden = [
    ...(program.input?.signal === undefined ? [] : [{ signal: program.input.signal, elements: program.input.bytes }]),
    ...(program.history === undefined
      ? []
      : [{ signal: program.history.opening, elements: program.history.places.length * OPENING_ELEMENTS }]),
    ...program.arguments.filter((argument) => argument.private),
  ]
  const shown = publicCount(program) - program.outputs.length
  const others = hidden.reduce((sum, { elements }) => sum + elements, 0)
  if (outputs !== program.outputs.length || publicInputs !== shown || privateInputs !== others) {
    const has = `${outputs} outputs, ${publicInputs} public and ${privateInputs} other inputs`
    throw refuse(
      `has ${has}; the manifest names ${program.outputs.length} outputs, ${shown} public and ${others} other inputs`,
    )
  }
  const signals = await mainSignals(circuit)
  const numbers = new Map(signals.map((signal) => [signal.name, signal.numbers]))
  const named = new Map(
    signals.flatMap(({ name, numbers, indices }) => numbers.map((at, i) => [`${name}${indices[i]}`, at] as const)),
  )
  let next = 1
  for (const name of program.outputs) {
    if (named.get(name) === next++) continue
    const own = [...named].filter(([, at]) => at >= 1 && at <= outputs).sort(([, a], [, b]) => a - b)
    throw refuse(
      `has no output ${name} at this place; its outputs are ${own.map(([of]) => of).join(', ')}, in this order`,
    )
  }
  for (const { signal, elements } of given) {
    const own = numbers.get(signal)
    if (own?.length !== elements) throw refuse(`has no public input ${signal} of ${elements} elements`)
    if (own.some((at) => at !== next++)) throw refuse(`has the public input ${signal} at another place`)
  }
  const last = next + others
  for (const { signal, elements } of hidden) {
    const own = numbers.get(signal)
    if (own?.length !== elements || own.some((at) => at < next || at >= last)) {
      throw refuse(`has no input ${signal} of ${elements} elements that is not public`)
    }
  }
}
