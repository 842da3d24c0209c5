import { Option } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import { type InputSource, readsResults, sourceResults } from '../compute/index.ts'
import { type Program, programsOf } from '../compute/io/index.ts'
import { bytesToHex } from '../lib/index.ts'
import { requireAcceptedPrograms } from './accepted-program.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { graphFiles } from './graph-place.ts'
import { more } from './option-parsers.ts'

/** The graphs whose results another one reads. */
export interface SourceGraphOptions {
  readonly sourceGraph?: readonly string[]
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
}

export const sourceGraphOption = (): Option =>
  new Option(
    '--source-graph <DIR>',
    'of a circuit over results: folder of the graph whose results it reads, its own or one that `wsc graph get` wrote; may be given again',
  ).argParser(more)

/** Files of their folders, of which no result takes the place. */
export async function sourceGraphFiles({ sourceGraph = [] }: SourceGraphOptions): Promise<string[]> {
  return (await Promise.all(sourceGraph.map(graphFiles))).flat()
}

/** The programs whose results are read. Throws E_USAGE for one that no folder is of. */
export async function openSourceGraphs(
  sources: readonly InputSource[],
  options: SourceGraphOptions,
  params: NetworkParams,
  context: CliContext,
): Promise<readonly Program[]> {
  if (!readsResults({ dataSources: sources })) return []
  const programs = await requireAcceptedPrograms(options.sourceGraph ?? [], params, options, context)
  requireSources(sources, programs)
  return programs
}

/** Throws E_USAGE where sources are results of a program that is none of these. */
export function requireSources(sources: readonly InputSource[], programs: readonly Program[]): void {
  const there = programs.map(({ id }) => bytesToHex(id))
  for (const source of sources) {
    if (source.kind !== 'result' || there.includes(source.program)) continue
    const given = there.length === 0 ? 'none is given' : `those given are ${there.join(', ')}`
    throw usageError(`it reads results of program ${source.program}, which no --source-graph is: ${given}`)
  }
}

/** What verifies results that a circuit reads. Throws as `openSourceGraphs`. */
export async function sourceResultsOf(
  sources: readonly InputSource[],
  options: SourceGraphOptions,
  params: NetworkParams,
  context: CliContext,
) {
  return sourceResults(programsOf(await openSourceGraphs(sources, options, params, context)))
}
