import { InvalidArgumentError, Option } from 'commander'
import { storageParams } from '../../../storage/index.ts'
import type { NetworkParams } from '../../bitcoin/index.ts'
import { isForBitcoin } from '../../compute/index.ts'
import type { Program } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { openComputeNode, type ResultInscribingOptions } from '../../node/index.ts'
import { parseAddresses } from '../../p2p/index.ts'
import { requireAcceptedPrograms, requireGraphSetup } from '../accepted-program.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { computeDirOption, computePlaces } from '../compute-place.ts'
import { tellNode } from '../compute-telling.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { readNetwork, requireProvable } from '../inputs.ts'
import { more } from '../option-parsers.ts'
import { noteOutages } from '../outage.ts'
import { type QueueOptions, queueOption, queuePasswordOption, readQueue } from '../queue-place.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { sourceGraphOption } from '../source-graphs.ts'
import { addresses, budget, budgetOrNone } from '../storage-arguments.ts'
import { peerOption } from '../storage-place.ts'
import { withPayment } from '../storage-publish.ts'
import { noteScan } from '../storage-scan.ts'
import { notePeers } from '../storage-work.ts'
import { jsonLine } from '../text.ts'
import { openTickets } from '../tickets.ts'
import { openOwnWallet, settlementDir, settlementDirOption, type WalletOptions } from '../wallet-place.ts'

interface Options extends RpcOptions, WalletOptions, Partial<QueueOptions> {
  readonly inscribe?: bigint
  readonly inscribeRequests: bigint
  readonly ticket?: readonly string[]
  readonly feeRate?: number
  readonly maxFeeRate?: number
  readonly fundFrom?: string
  readonly network?: string
  readonly computeDir?: string
  readonly settlementDir?: string
  readonly graph: readonly string[]
  readonly sourceGraph?: readonly string[]
  readonly listen: string
  readonly announce?: readonly string[]
  readonly peer?: readonly string[]
  readonly partitionBits?: number
  readonly slotSeconds?: number
  readonly atOnce?: number
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  readonly json?: boolean
}

const HELP = `
Follows the node's chain. At each block at which a graph is due (trigger everyBlocks, the last of a
period of headers, or one with another record that it reads) peers prove it in an order that the
block draws, one after another: whoever is late stops when a right result is heard. What peers give
is verified before it is kept or passed on. With --inscribe who proved a result writes it to
Bitcoin, and others where no record of it counts three blocks later; what that has cost is counted
in --settlement-dir, for each graph, together with \`wsc results inscribe\` and \`wsc graph
automate\`. What records of others ask for (wsc graph request --inscribe) is written by --inscribe-
requests alone, which spends nothing of --inscribe; one author has an eighth of it, or one record,
in any 144 blocks. With --queue workers of other machines prove (wsc worker). Who registered (wsc
compute register) has a place in the order; others prove after four slots.
`

export const addComputeServe: AddCommand = (parent, run) => {
  const command = parent
    .command('serve')
    .description('run graphs at each block, prove them in turn with peers, and verify what peers have proved')
    .requiredOption('--graph <DIR>', 'folder of a graph; may be given again (required)', more)
    .addOption(sourceGraphOption())
    .option('--listen <ADDRESS>', 'where peers reach it', '/ip4/0.0.0.0/tcp/8543')
    .option('--announce <ADDRESS>', 'where it tells peers that they reach it; may be given again', addresses)
    .option('--slot-seconds <S>', 'so long each of the order has before the next begins (default: 20)', seconds)
    .option('--at-once <N>', 'proofs that are made at a time, without --queue (default: 2)', atOnce)
    .addOption(
      new Option(
        '--inscribe <SATS>',
        'write results to Bitcoin of graphs that name it as a destination, for at most so much a graph over all times',
      )
        .env('WSC_INSCRIBE')
        .argParser(budget),
    )
    .addOption(
      new Option(
        '--inscribe-requests <SATS>',
        'beside that, write results that records of others ask for, for at most so much a graph over all times',
      )
        .env('WSC_INSCRIBE_REQUESTS')
        .argParser(budgetOrNone)
        .default(0n, '0'),
    )
  command.option(
    '--ticket <FILE>',
    'inscribe results of its graph with the group’s ticket, so that one of the group does; may be given again',
    more,
  )
  withPayment(command)
  addOptions(
    command,
    queueOption(),
    queuePasswordOption(),
    ...bitcoindOptions(),
    shared.network(),
    shared.partitionBits(),
    peerOption(),
    computeDirOption(),
    settlementDirOption(),
    shared.ptau(),
    shared.insecureDevSetup(),
    shared.json(),
  )
    .addHelpText(
      'after',
      HELP + examples('compute serve --graph graphs/chain-stats --network regtest --listen /ip4/127.0.0.1/tcp/8543'),
    )
    .action(run(serve))
}

/** Option parser: a slot, from a tenth of a second to an hour. */
function seconds(text: string): number {
  const value = Number(text)
  if (/^[0-9]{1,4}(\.[0-9])?$/.test(text) && value > 0 && value <= 3_600) return value
  throw new InvalidArgumentError('not a number of seconds from 0.1 to 3600')
}

/** Option parser: proofs at a time. */
function atOnce(text: string): number {
  const value = Number(text)
  if (/^[1-9][0-9]{0,2}$/.test(text) && value <= 256) return value
  throw new InvalidArgumentError('not a number from 1 to 256')
}

async function serve(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const { graph: folders, sourceGraph: others = [], listen, announce, peer: peers, slotSeconds, json = false } = options
  if (options.atOnce !== undefined && options.queue !== undefined) {
    throw usageError(
      '--at-once is for proofs of this process: with --queue (or WSC_QUEUE) workers say it, by --concurrency',
    )
  }
  parseAddresses(peers ?? [])
  const params = requireProvable(await readNetwork(options.network))
  const storage = storageParams(params, options)
  for (const folder of [...folders, ...others]) await requireGraphSetup(folder, params, options, context)
  const client = await openBitcoind(options, params, context)
  try {
    const programs = await requireAcceptedPrograms(folders, params, options, context)
    const sources = await requireAcceptedPrograms(others, params, options, context)
    const { folder, identity: identityFile } = computePlaces(options.computeDir, params, context)
    const server =
      options.queue === undefined ? undefined : await readQueue({ ...options, queue: options.queue }, context)
    const node = await openComputeNode({
      ...{ server, inscribing: await inscribingOf(options, programs, params, context) },
      ...{ client, storage, programs, sources, folder, identityFile, listen: [listen], announce, peers },
      atOnce: options.atOnce,
      slotMs: slotSeconds === undefined ? undefined : Math.round(1000 * slotSeconds),
      failed: (error) => terminal.note(withCure(error)),
    })
    noteScan(node.index, { client }, context)
    noteOutages(node.feed.events, terminal.note)
    notePeers(node.host, context)
    tellNode(node, context, json)
    try {
      await node.service.start(signal)
      const { addresses: listening } = node.host
      const { key } = node.compute
      const told = { listening, key, programs: programs.map(({ id }) => bytesToHex(id)) }
      terminal.result(json ? jsonLine(told) : `listening at ${listening.join(' ')}`)
      await node.service.ended()
    } finally {
      await node.service.stop()
    }
  } finally {
    client.close()
  }
  return EXIT.interrupted
}

async function inscribingOf(
  options: Options,
  programs: readonly Program[],
  params: NetworkParams,
  context: CliContext,
): Promise<ResultInscribingOptions | undefined> {
  const { inscribe: budget = 0n, inscribeRequests: requestBudget, feeRate, maxFeeRate, fundFrom } = options
  const { ticket: files = [] } = options
  if (budget === 0n && requestBudget === 0n) {
    if (files.length > 0) throw usageError('--ticket is for what --inscribe or --inscribe-requests writes')
    return undefined
  }
  if (!programs.some(({ manifest }) => isForBitcoin(manifest))) {
    throw usageError(
      '--inscribe and --inscribe-requests are for graphs whose manifest has `kind: inscription` in dataDestinations; none is such',
    )
  }
  const wallet = await openOwnWallet(options, params, context)
  const settlement = settlementDir(options.settlementDir, params, context)
  const tickets = await openTickets(files, programs, params)
  return { wallet, budget, requestBudget, settlement, feeRate, maxFeeRate, fundFrom, tickets }
}
