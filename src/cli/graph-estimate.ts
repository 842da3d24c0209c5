import { estimateProof, streamSteps } from '../compute/index.ts'
import type { CompiledGraph } from '../compute/io/index.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type GraphRunOptions, withGraphHeaders } from './graph-place.ts'
import { transactionSteps } from './graph-transactions.ts'
import { duration } from './terminal.ts'
import { jsonLine, plural } from './text.ts'
import type { TransactionOptions } from './transaction-options.ts'

/** Tells what proving a graph would take, before anything is set up, run or proved. */
export async function tellEstimate(
  context: CliContext,
  graph: CompiledGraph,
  options: GraphRunOptions & TransactionOptions & { readonly json?: boolean },
): Promise<ExitCode> {
  const { terminal } = context
  const { name, program } = graph.manifest
  const { constraints } = graph
  const counted = await stepsOf(context, graph, options)
  if (!counted.ok) {
    terminal.note(`invalid: ${counted.reject} at height ${counted.height}: ${counted.detail}`)
    return EXIT.invalid
  }
  const { steps } = counted
  const { seconds, memoryBytes } = estimateProof(program.proofSystem, constraints, steps)
  if (options.json) {
    const about = { proofSystem: program.proofSystem, constraints, steps, seconds, memoryBytes }
    terminal.result(jsonLine({ dryRun: true, ...about }))
    return EXIT.valid
  }
  const each = steps === 1 ? '' : ` in each of ${plural(steps, 'step')}`
  terminal.result(`${name}: ${constraints} constraints${each}, proved by ${program.proofSystem}`)
  terminal.result(`about ${duration(seconds)} and ${(memoryBytes / 1e9).toFixed(1)} GB of memory`)
  terminal.note('estimated by what such proofs took on two cores (docs/benchmarks.md); keys are made once, before')
  return EXIT.valid
}

async function stepsOf(context: CliContext, graph: CompiledGraph, options: GraphRunOptions & TransactionOptions) {
  if (graph.kind === 'transactions') return await transactionSteps(context, graph, options)
  if (graph.kind !== 'stream') return { ok: true as const, steps: 1 }
  return await withGraphHeaders(options, context, async ({ from, to }) => {
    return { ok: true as const, steps: streamSteps(to - from + 1, graph.levels) }
  })
}
