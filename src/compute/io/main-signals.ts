import type { CompiledCircuit } from '../../proving/index.ts'
import { signalTable } from './signal-table.ts'

/** The name of a signal of the main component itself, and its indices. */
const OF_MAIN = /^main\.([A-Za-z_$][\w$]*)((?:\[\d+\])*)$/

/**
 * A signal of the main component: its name, and the numbers of its elements in row-major order. From 1 on come the outputs, the public
 * inputs, the other inputs, then what is neither.
 */
export interface MainSignal {
  readonly name: string
  readonly numbers: readonly number[]
  /** The indices of each element as digits, `[3]` as `3`; one empty text for a signal that is no array. */
  readonly indices: readonly string[]
}

/** Signals of the main component in the order of their declaration: the table begins with them. */
export async function mainSignals(circuit: CompiledCircuit): Promise<MainSignal[]> {
  const found = new Map<string, { numbers: number[]; indices: string[] }>()
  for await (const { number, name: path } of signalTable(circuit)) {
    const [, name, indices] = OF_MAIN.exec(path) ?? []
    if (name === undefined || indices === undefined) break
    const signal = found.get(name) ?? { numbers: [], indices: [] }
    signal.numbers.push(number)
    signal.indices.push(indices.replaceAll(/[[\]]/g, ''))
    found.set(name, signal)
  }
  return [...found].map(([name, signal]) => ({ name, ...signal }))
}
