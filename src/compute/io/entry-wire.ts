import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { computeError } from '../errors.ts'
import type { CompiledStream } from './open-program.ts'

/** circom's table of signals: number, wire (-1 where it was solved away), component, name. */
const ENTRY = /^\d+,(\d+),\d+,main\.entry\[(\d+)\]$/

/** The wire of the log entry that a step makes, 0 where it makes none. Throws E_PROGRAM where the circuit has none. */
export async function entryWire({ circuit, slots, manifest }: CompiledStream): Promise<number> {
  for await (const line of createInterface({ input: createReadStream(circuit.sym) })) {
    const [, wire, made] = ENTRY.exec(line) ?? []
    if (Number(made) === slots) return Number(wire)
  }
  throw computeError('E_PROGRAM', `Each in ${manifest.program.circuit} makes no entry, which a program with a log does`)
}
