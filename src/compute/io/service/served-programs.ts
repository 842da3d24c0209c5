import { computeError } from '../../errors.ts'
import { inputSources, runsOnRecords } from '../../manifest/manifest.ts'
import type { ServedProgram } from '../../service/served-program.ts'
import type { Program } from '../open-program.ts'
import { servedCircuit } from './served-circuit.ts'
import { servedHistory } from './served-history.ts'
import { servedRecords } from './served-records.ts'
import { type ServingParts, servedStream } from './served-stream.ts'
import { servedTransactions } from './served-transactions.ts'

/** A program as the network serves it. */
export function servedProgram(program: Program, parts: ServingParts): ServedProgram {
  if (program.kind === 'transactions') return servedTransactions(program, parts)
  if (program.kind === 'stream') return servedStream(program, parts)
  const { history } = program.manifest.program
  if (history !== undefined) return servedHistory(program, history, parts)
  return runsOnRecords(program.manifest) ? servedRecords(program, parts) : servedCircuit(program, parts)
}

/** Throws E_PROGRAM for a program that reads results of one that is none of these, ids of 64 hex digits each. */
export function requireSources({ manifest }: Pick<Program, 'manifest'>, ids: readonly string[]): void {
  for (const source of inputSources(manifest)) {
    if (source.kind !== 'result' || ids.includes(source.program)) continue
    const cure = { act: 'name-source-graph' }
    throw computeError('E_PROGRAM', `${manifest.name} reads results of program ${source.program}, which is not here`, {
      cure,
    })
  }
}
