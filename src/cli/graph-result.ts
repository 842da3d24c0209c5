import { openKernel } from '../../storage/io/index.ts'
import { toDisplay } from '../bitcoin/index.ts'
import { attestedInput, type InputSource } from '../compute/index.ts'
import { type CompiledOnce, programsOf, requireSources } from '../compute/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import type { IndexOptions } from './inscription-index.ts'
import { type ResultsPlace, withResultsOf } from './results-place.ts'
import type { SourceGraphOptions } from './source-graphs.ts'

/** A block of the node's chain, its tip unless a height is given. Throws E_USAGE for a height above the tip. */
export async function blockAt({ feed }: Pick<ResultsPlace, 'feed'>, height: number | undefined, signal: AbortSignal) {
  const tip = await feed.tip(signal)
  if (height === undefined) return { height: tip.height, hash: toDisplay(tip.hash) }
  const hash = await feed.hashAt(height, signal)
  if (hash === null) throw usageError(`the node’s chain ends at height ${tip.height}, --height asks ${height}`)
  return { height, hash: toDisplay(hash) }
}

/** The latest result that counts in a node's chain up to its tip or a height, as a circuit reads it. */
export async function resultOfNode(
  context: CliContext,
  graph: CompiledOnce,
  source: Extract<InputSource, { readonly kind: 'result' }>,
  length: number,
  // Where headers begin in a file is not where the index does.
  { height, startHeight: _, ...options }: IndexOptions & SourceGraphOptions & { readonly height?: number },
): Promise<Uint8Array> {
  const about = { ...options, graph: options.sourceGraph ?? [], finality: 1 }
  return await withResultsOf(about, context, { once: true }, async (place) => {
    const { results, judge, params, programs } = place
    requireSources(graph, programsOf(programs).ids)
    await results.caughtUp()
    context.terminal.settle()
    const to = await blockAt(place, height, context.signal)
    const found = await judge.latest(source.program, { to, under: to }, context.signal)
    if (!found.ok) throw usageError(`there is nothing to read: ${found.detail}`)
    const { evidence, chain } = found
    const under = { chain, params, kernel: await openKernel(), results: judge.sources }
    const read = await attestedInput({ ...under, sources: [source], length, evidence: [evidence] })
    if (!read.ok) throw usageError(`the result cannot be read: ${read.reject}: ${read.detail}`)
    context.terminal.note(`the result in ${read.input.ids[0]}, the latest that counts`)
    return read.input.bytes
  })
}
