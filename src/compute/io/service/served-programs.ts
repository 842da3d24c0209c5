import type { ServedProgram } from '../../service/served-program.ts'
import type { Program } from '../open-program.ts'
import { servedCircuit } from './served-circuit.ts'
import { type ServingParts, servedStream } from './served-stream.ts'

/** A program as the network serves it. */
export function servedProgram(program: Program, parts: ServingParts): ServedProgram {
  return program.kind === 'stream' ? servedStream(program, parts) : servedCircuit(program, parts)
}
