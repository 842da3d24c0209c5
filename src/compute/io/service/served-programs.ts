import type { ServedProgram } from '../../service/served-program.ts'
import type { Program } from '../open-program.ts'
import { servedCircuit } from './served-circuit.ts'
import { servedHistory } from './served-history.ts'
import { type ServingParts, servedStream } from './served-stream.ts'
import { servedTransactions } from './served-transactions.ts'

/** A program as the network serves it. */
export function servedProgram(program: Program, parts: ServingParts): ServedProgram {
  if (program.kind === 'transactions') return servedTransactions(program, parts)
  if (program.kind === 'stream') return servedStream(program, parts)
  const { history } = program.manifest.program
  return history === undefined ? servedCircuit(program, parts) : servedHistory(program, history, parts)
}
