import { Option } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import { readsResults, sourceResults } from '../compute/index.ts'
import { type Program, programsOf, requireSources } from '../compute/io/index.ts'
import { requireAcceptedPrograms } from './accepted-program.ts'
import type { CliContext } from './context.ts'
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

/** The programs whose results a graph reads. Throws E_PROGRAM for one that no folder is of. */
export async function openSourceGraphs(
  graph: Pick<Program, 'manifest'>,
  options: SourceGraphOptions,
  params: NetworkParams,
  context: CliContext,
): Promise<readonly Program[]> {
  if (!readsResults(graph.manifest)) return []
  const programs = await requireAcceptedPrograms(options.sourceGraph ?? [], params, options, context)
  requireSources(graph, programsOf(programs).ids)
  return programs
}

/** What verifies results that a circuit reads. Throws as `openSourceGraphs`. */
export async function sourceResultsOf(
  graph: Pick<Program, 'manifest'>,
  options: SourceGraphOptions,
  params: NetworkParams,
  context: CliContext,
) {
  return sourceResults(programsOf(await openSourceGraphs(graph, options, params, context)))
}
