import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { CompiledCircuit } from '../../proving/index.ts'

/** A line of circom's table of signals (`.sym`). */
export interface TableSignal {
  readonly number: number
  /** Null where it was solved away. */
  readonly wire: number | null
  /** From the main component on, with indices: `main.entry[3]`. */
  readonly name: string
}

/** circom has -1 for the wire of a signal that was solved away; the third number is that of its component. */
const LINE = /^(\d+),(-1|\d+),\d+,(main\..+)$/

/** Signals of a circuit, those of the main component first, in the order of the table. */
export async function* signalTable({ sym }: Pick<CompiledCircuit, 'sym'>): AsyncGenerator<TableSignal, void> {
  for await (const line of createInterface({ input: createReadStream(sym) })) {
    const [, number, wire, name] = LINE.exec(line) ?? []
    if (name === undefined) continue
    yield { number: Number(number), wire: wire === '-1' ? null : Number(wire), name }
  }
}
