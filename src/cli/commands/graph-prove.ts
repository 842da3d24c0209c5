import type { Command } from 'commander'
import { toDisplay } from '../../bitcoin/index.ts'
import { poseidonOf } from '../../bus/index.ts'
import { encodeResult } from '../../compute/index.ts'
import { proveStream, readGraph, StreamCheckpoints } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { requireAcceptedProgram } from '../accepted-program.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { argumentsOption } from '../graph-arguments.ts'
import { proveCircuitResult } from '../graph-circuit.ts'
import { tellEstimate } from '../graph-estimate.ts'
import { type EvidenceOptions, evidenceOptions } from '../graph-evidence.ts'
import { opensHeaders, ordinalOption, proveHistoryResult, requirePeriod } from '../graph-history.ts'
import { requireGraphOptions } from '../graph-options.ts'
import {
  fileDestination,
  type GraphRunOptions,
  graphArgument,
  graphFiles,
  graphRunOptions,
  openCompiled,
  withGraphHeaders,
} from '../graph-place.ts'
import { proveTransactions } from '../graph-transactions.ts'
import { requireOneSource } from '../header-place.ts'
import { height, readNetwork } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { streamsFolder } from '../places.ts'
import { type SourceGraphOptions, sourceGraphFiles, sourceGraphOption } from '../source-graphs.ts'
import { duration } from '../terminal.ts'
import { jsonLine } from '../text.ts'
import { type TransactionOptions, transactionOptions } from '../transaction-options.ts'

interface Options extends GraphRunOptions, EvidenceOptions, SourceGraphOptions, TransactionOptions {
  readonly arguments?: string
  readonly ordinal?: number
  readonly proof?: string
  readonly out?: string
  readonly dryRun?: boolean
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  readonly json?: boolean
}

export const addGraphProve: AddCommand = (parent, run) => {
  const command = parent
    .command('prove')
    .addArgument(graphArgument())
    .description('run a graph and prove the result')
    .option('--height <H>', 'last height to take (default: the tip)', height)
    .option(
      '--proof <FILE>',
      'of a circuit, or of transactions: the bus proof under which that verifies, or at whose tip it is proved',
    )
    .addOption(argumentsOption())
    .addOption(ordinalOption())
    .option('--out <FILE>', 'where to write the result (default: the file that dataDestinations name)')
    .option('--dry-run', 'tell constraints, time and memory that a proof takes, and prove nothing')
  addOptions(
    command,
    ...evidenceOptions(),
    sourceGraphOption(),
    ...transactionOptions(),
    ...graphRunOptions(),
    shared.ptau(),
    shared.insecureDevSetup(),
  )
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'graph prove graphs/chain-stats --network regtest --out stats.result',
        'graph prove graphs/difficulty-falls --ordinal 400 --headers headers.bin --out falls.result',
        'graph prove graphs/digits --attestation image.attestation --proof chain.proof --network regtest --out image.result',
      ),
    )
    .action(run(prove))
}

async function prove(context: CliContext, folder: string, options: Options, command: Command): Promise<ExitCode> {
  requireOneSource(options, command)
  if (options.dryRun) return await tellEstimate(context, await openCompiled(folder, context), options)
  const out = options.out ?? (await fileDestination(folder))
  if (out === null) throw usageError('name the file to write the result to by --out, or give --dry-run')
  await requireWritable(out, context.env, options, ...(await graphFiles(folder)), ...(await sourceGraphFiles(options)))
  const { terminal, signal, clock } = context
  const params = await readNetwork(options.network)
  const graph = await readGraph(folder)
  requireGraphOptions('prove', graph, command)
  await requirePeriod(graph, context, options)
  const program = await requireAcceptedProgram(folder, params, options, context)
  if (program.kind === 'circuit') {
    const work = opensHeaders(program) ? proveHistoryResult : proveCircuitResult
    return await work(context, program, { ...options, out })
  }
  if (program.kind === 'transactions') return await proveTransactions(context, program, { ...options, out })
  const began = clock()
  const proved = await withGraphHeaders(options, context, async ({ source, from, to }) => {
    const onProgress = (done: number | undefined, total: number) =>
      terminal.progress(done === undefined ? 'compress …' : `folded ${done} of ${total} headers`)
    const poseidon = poseidonOf(program.verifier)
    const checkpoints = new StreamCheckpoints(streamsFolder(context.env, params))
    const onResumed = (at: number) => terminal.note(`goes on after height ${at}, up to which it was folded before`)
    const run = { source, from, to, poseidon, signal, onProgress, checkpoints, onResumed }
    return { ok: true as const, ...(await proveStream(program, run)) }
  })
  terminal.settle()
  if (!proved.ok) {
    terminal.note(`invalid: ${proved.reject} at height ${proved.height}: ${proved.detail}`)
    return EXIT.invalid
  }
  const { last, steps, state, log, proof } = proved
  const bytes = encodeResult({
    kind: 'stream',
    program: program.id,
    height: last.height,
    blockHash: last.hash,
    steps,
    state,
    log,
    proof,
  })
  await writeAtomic(diskFiles, out, bytes)
  const seconds = (clock() - began) / 1000
  const about = { program: bytesToHex(program.id), height: last.height, blockHash: toDisplay(last.hash), steps }
  if (options.json) terminal.result(jsonLine({ ...about, file: out, bytes: bytes.length, seconds }))
  else terminal.result(`${out}: ${bytes.length} bytes prove ${program.manifest.name} at height ${last.height}`)
  terminal.note(`done in ${duration(seconds)}`)
  return EXIT.valid
}
