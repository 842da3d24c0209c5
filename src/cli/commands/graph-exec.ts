import type { Command } from 'commander'
import { toDisplay } from '../../bitcoin/index.ts'
import { poseidonOf } from '../../bus/index.ts'
import { openVerifier } from '../../bus/io/index.ts'
import { saidOf } from '../../compute/index.ts'
import { readGraph, runStream } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { argumentsOption } from '../graph-arguments.ts'
import { execCircuit } from '../graph-circuit.ts'
import { execHistory, opensHeaders, ordinalOption, requirePeriod } from '../graph-history.ts'
import { requireGraphOptions } from '../graph-options.ts'
import { type GraphRunOptions, graphArgument, graphRunOptions, openCompiled, withGraphHeaders } from '../graph-place.ts'
import { saidJson, saidLines } from '../graph-text.ts'
import { execTransactions } from '../graph-transactions.ts'
import { requireOneSource } from '../header-place.ts'
import { height } from '../inputs.ts'
import { type SourceGraphOptions, sourceGraphOption } from '../source-graphs.ts'
import { jsonLine, plural } from '../text.ts'
import { type TransactionOptions, transactionOptions } from '../transaction-options.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends GraphRunOptions, TransactionOptions, SourceGraphOptions {
  readonly settlementDir?: string
  readonly input?: string
  readonly arguments?: string
  readonly ordinal?: number
  readonly json?: boolean
}

export const addGraphExec: AddCommand = (parent, run) => {
  const command = parent
    .command('exec')
    .addArgument(graphArgument())
    .description('run a graph without proving it, and show what it says')
    .option('--height <H>', 'last height to take (default: the tip)', height)
    .option(
      '--input <FILE>',
      'of a circuit: the bytes that it reads (default where those are records: all that the node’s chain holds; a result: the latest that counts in it)',
    )
    .addOption(argumentsOption())
    .addOption(ordinalOption())
  addOptions(command, ...transactionOptions(), ...graphRunOptions(), settlementDirOption(), sourceGraphOption())
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'graph exec graphs/chain-stats --network regtest --height 100',
        'graph exec graphs/digits --input image',
        'graph exec graphs/difficulty-falls --ordinal 400',
      ),
    )
    .action(run(exec))
}

async function exec(context: CliContext, folder: string, options: Options, command: Command): Promise<ExitCode> {
  requireOneSource(options, command)
  const { terminal, signal } = context
  const uncompiled = await readGraph(folder)
  requireGraphOptions('exec', uncompiled, command)
  await requirePeriod(uncompiled, context, options)
  const graph = await openCompiled(folder, context)
  if (graph.kind === 'circuit') {
    return await (opensHeaders(graph) ? execHistory : execCircuit)(context, graph, options)
  }
  if (graph.kind === 'transactions') return await execTransactions(context, graph, options)
  const ran = await withGraphHeaders(options, context, async ({ source, from, to }) => {
    const onProgress = (done: number | undefined, total: number) => terminal.progress(`run ${done} of ${total} headers`)
    const poseidon = poseidonOf(await openVerifier())
    return { ok: true as const, ...(await runStream(graph, { source, from, to, poseidon, signal, onProgress })) }
  })
  terminal.settle()
  if (!ran.ok) {
    terminal.note(`invalid: ${ran.reject} at height ${ran.height}: ${ran.detail}`)
    return EXIT.invalid
  }
  const said = saidOf(graph.manifest, ran.state, ran.log)
  if (!said.ok) {
    terminal.note(`invalid: ${said.reject}: ${said.detail}`)
    return EXIT.invalid
  }
  const { last, steps } = ran
  const about = { height: last.height, blockHash: toDisplay(last.hash), steps, proved: false }
  if (options.json) terminal.result(jsonLine({ ...about, ...saidJson(said) }))
  else {
    terminal.result(`height    ${last.height}, ${plural(steps, 'step')}, not proved`)
    for (const line of saidLines(said)) terminal.result(line)
  }
  return EXIT.valid
}
