import type { NetworkParams } from '../bitcoin/index.ts'
import { refusesSetup } from '../bus/index.ts'
import { ceremonyFiles, type Graph, type Program, readGraph } from '../compute/io/index.ts'
import { type Result, rejection } from '../lib/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { openGraphProgram } from './graph-place.ts'
import { requireSetup } from './prover.ts'

/** Where a program's key comes from, and whether one for development will do. */
export interface SetupOptions {
  readonly ptau?: string | undefined
  readonly insecureDevSetup?: boolean | undefined
}

/**
 * The ceremony's powers where a network needs them, unless it was said that the development's will do, or the graph has a key of a
 * ceremony of its own, which rests on powers already. Asked before anything is compiled.
 */
export async function requireGraphSetup(
  folder: string,
  params: NetworkParams,
  { ptau, insecureDevSetup }: SetupOptions,
  { env }: CliContext,
): Promise<void> {
  if (ceremonyFiles(await readGraph(folder)) !== null) return
  requireSetup(params, ptau, insecureAllowed(insecureDevSetup, env))
}

/** The program in a folder, with its keys, if the network takes them. `judge` is called before it is compiled. Throws E_USAGE as `requireGraphSetup`. */
export async function openAcceptedProgram(
  folder: string,
  params: NetworkParams,
  options: SetupOptions,
  context: CliContext,
  judge?: (graph: Graph) => void,
): Promise<Result<{ readonly program: Program }, 'insecure-setup'>> {
  await requireGraphSetup(folder, params, options, context)
  const program = await openGraphProgram(folder, context, { ptau: options.ptau }, judge)
  if (!refusesSetup(params, program.setup, insecureAllowed(options.insecureDevSetup, context.env))) {
    return { ok: true, program }
  }
  const why =
    ceremonyFiles(program) === null
      ? `the program’s key rests on the development setup, which ${params.name} does not accept`
      : 'the ceremony of the program’s key was not judged on this machine, or not found to be one: `wsc graph ceremony verify` judges it'
  return rejection('insecure-setup', why)
}

/** The same, of who makes results: nobody would take them, so that is an error of usage. */
export async function requireAcceptedProgram(
  folder: string,
  params: NetworkParams,
  options: SetupOptions,
  context: CliContext,
  judge?: (graph: Graph) => void,
): Promise<Program> {
  const opened = await openAcceptedProgram(folder, params, options, context, judge)
  if (opened.ok) return opened.program
  throw usageError(`nobody would take results of ${folder}: ${opened.detail}`)
}

/** Of several folders. What misses a setup is told before the first of them is compiled. */
export async function requireAcceptedPrograms(
  folders: readonly string[],
  params: NetworkParams,
  options: SetupOptions,
  context: CliContext,
): Promise<Program[]> {
  for (const folder of folders) await requireGraphSetup(folder, params, options, context)
  const programs: Program[] = []
  for (const folder of folders) programs.push(await requireAcceptedProgram(folder, params, options, context))
  return programs
}
