import { join } from 'node:path'
import { Argument, type Option } from 'commander'
import { type HeaderRejection, type NetworkParams, startContext } from '../bitcoin/index.ts'
import { bitcoindSource, checkAhead, type HeaderSource } from '../bus/io/index.ts'
import {
  type CompiledGraph,
  ceremonyFiles,
  compileGraph,
  type Graph,
  MANIFEST_FILE,
  type Program,
  readGraph,
  type SetUpOptions,
  setUpGraph,
} from '../compute/io/index.ts'
import { shared } from './config.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { type HeaderOptions, headerOptions, openHeaders } from './header-place.ts'
import { readAnchor, readNetwork, requireProvable } from './inputs.ts'
import { setupLine } from './prover.ts'

/** The folder of a graph, which commands are about. */
export const graphArgument = (): Argument => new Argument('[DIR]', 'folder of the graph').default('.', 'this folder')

/** What a command that runs a graph takes. */
export interface GraphRunOptions extends HeaderOptions {
  readonly network?: string
  readonly anchor?: string
  readonly height?: number
}

export const graphRunOptions = (): Option[] => [...headerOptions(), shared.network(), shared.anchor()]

/** The graph in a folder, compiled: half a minute for a large circuit, once. `judge` is called before that. */
export async function openCompiled(
  folder: string,
  { terminal, signal }: CliContext,
  judge: (graph: Graph) => void = () => undefined,
): Promise<CompiledGraph> {
  const graph = await readGraph(folder)
  judge(graph)
  terminal.progress('circuit …')
  const compiled = await compileGraph(graph, signal)
  terminal.settle()
  return compiled
}

/** And with its keys. */
export async function openGraphProgram(
  folder: string,
  context: CliContext,
  options: Pick<SetUpOptions, 'ptau'>,
  judge?: (graph: Graph) => void,
): Promise<Program> {
  const { terminal, signal } = context
  const compiled = await openCompiled(folder, context, judge)
  const program = await setUpGraph(compiled, {
    ...options,
    signal,
    onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
  })
  terminal.settle()
  return program
}

/** The headers that a graph is run over, which obey the rules of their network. */
export interface GraphHeaders {
  readonly source: HeaderSource
  readonly from: number
  readonly to: number
}

/** Reads the headers from a node or a file, judges all of them up to the height asked for, and hands them to `work`. */
export async function withGraphHeaders<T>(
  options: GraphRunOptions,
  context: CliContext,
  work: (headers: GraphHeaders) => Promise<T>,
): Promise<T | HeaderRejection> {
  const params = requireProvable(await readNetwork(options.network))
  const anchor = await readAnchor(options.anchor, params)
  return await withHeaderSource(params, options, context, async (source) => {
    const start = anchor ?? startContext(params)
    const tip = await source.tipHeight(context.signal)
    const to = options.height ?? tip
    if (to > tip) throw usageError(`there are headers up to ${tip}, --height asks ${to}`)
    // The anchor's own header, or genesis, is the first that a stream takes.
    const now = Math.floor(context.clock() / 1000)
    const checked = await checkAhead(params, start, source, to, now, context.signal)
    return checked.ok ? await work({ source, from: start.height, to }) : checked
  })
}

/** Opens headers of a node or a file, of which nobody has judged any. */
export async function withHeaderSource<T>(
  params: NetworkParams,
  options: HeaderOptions,
  context: CliContext,
  work: (source: HeaderSource) => Promise<T>,
): Promise<T | HeaderRejection> {
  const opened = await openHeaders(params, options, context)
  if (!opened.ok) return opened
  try {
    return await work('source' in opened.from ? opened.from.source : bitcoindSource(opened.from.client))
  } finally {
    opened.close()
  }
}

/** What a graph's folder has beside what its circuit includes: a result takes the place of none of them. */
export async function graphFiles(folder: string): Promise<string[]> {
  const graph = await readGraph(folder)
  const held = ceremonyFiles(graph)
  const own = [MANIFEST_FILE, graph.manifest.program.circuit].map((name) => join(graph.folder, name))
  return held === null ? own : [...own, held.key, held.file]
}

/** Where the manifest in a folder has results written to; null where it names no file. */
export async function fileDestination(folder: string): Promise<string | null> {
  const { manifest } = await readGraph(folder)
  const named = manifest.dataDestinations.find(({ kind }) => kind === 'file')
  return named?.kind === 'file' ? join(folder, named.path) : null
}
