import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { computeError } from '../errors.ts'
import type { CompiledGraph } from './open-program.ts'

/** circom's table of signals: number, wire (-1 where it was solved away), component, name. */
const ENTRY = /^\d+,(-?\d+),\d+,main\.each\[(\d+)\]\.entry$/

/** The wire of each slot's log entry. Throws E_PROGRAM where the circuit has none. */
export async function entryWires({ circuit, slots, manifest }: CompiledGraph): Promise<number[]> {
  const wires = new Array<number>(slots).fill(-1)
  for await (const line of createInterface({ input: createReadStream(circuit.sym) })) {
    const [, wire, slot] = ENTRY.exec(line) ?? []
    if (slot !== undefined && Number(slot) < slots) wires[Number(slot)] = Number(wire)
  }
  if (!wires.includes(-1)) return wires
  const { circuit: file } = manifest.program
  throw computeError(
    'E_PROGRAM',
    `Each in ${file} has no output "entry" that is a product, as a program with a log has`,
  )
}
