import { computeError } from '../../errors.ts'
import type { ServedProgram } from '../../service/served-program.ts'
import type { Program } from '../open-program.ts'
import { servedCircuit } from './served-circuit.ts'
import { type ServingParts, servedStream } from './served-stream.ts'

/**
 * A program as the network serves it. Throws E_PROGRAM for one over transactions, since a caller says which ones, and for one that
 * opens headers of the history: its result stands at a period's last block, and the network proves at its first.
 */
export function servedProgram(program: Program, parts: ServingParts): ServedProgram {
  const { name } = program.manifest
  if (program.kind === 'transactions') {
    throw computeError(
      'E_PROGRAM',
      `${name} counts transactions, which no node does by itself yet: wsc graph prove does`,
    )
  }
  if (program.kind === 'stream') return servedStream(program, parts)
  if (program.manifest.program.history !== undefined) {
    const who = 'wsc graph prove does, and wsc graph automate where it has a condition'
    throw computeError('E_PROGRAM', `${name} opens headers of the history, which no node serves yet: ${who}`)
  }
  return servedCircuit(program, parts)
}
