import { computeError } from '../../errors.ts'
import type { ServedProgram } from '../../service/served-program.ts'
import type { Program } from '../open-program.ts'
import { servedCircuit } from './served-circuit.ts'
import { type ServingParts, servedStream } from './served-stream.ts'

/** A program as the network serves it. Throws E_PROGRAM for one over transactions: which ones, a caller says. */
export function servedProgram(program: Program, parts: ServingParts): ServedProgram {
  if (program.kind === 'transactions') {
    throw computeError('E_PROGRAM', `${program.manifest.name} counts transactions, which no node does by itself yet`)
  }
  return program.kind === 'stream' ? servedStream(program, parts) : servedCircuit(program, parts)
}
