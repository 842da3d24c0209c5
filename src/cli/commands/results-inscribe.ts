import { join } from 'node:path'
import { chosenName, type StorageParams, storageParams } from '../../../storage/index.ts'
import { openKernel } from '../../../storage/io/index.ts'
import { decodeResult, MAX_RESULT_BYTES, storesLog } from '../../compute/index.ts'
import {
  type Inscribed,
  type LogStorage,
  ResultInscriber,
  readGraph,
  Spendings,
  storingOf,
} from '../../compute/io/index.ts'
import { bytesToHex, orAborted, rejection, together } from '../../lib/index.ts'
import { openLogStorage } from '../../node/index.ts'
import { openPeerHost, parseAddresses } from '../../p2p/index.ts'
import { type InscriberService, TicketFollower, type Wallet } from '../../settlement/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { readUpTo } from '../inputs.ts'
import { warningText } from '../inscriber-text.ts'
import { tellRefused } from '../refused.ts'
import { type ResultsOptions, type ResultsPlace, withResults, withResultsOf } from '../results-place.ts'
import { inscribedJson, inscribedText, notJudged } from '../results-text.ts'
import { budget } from '../storage-arguments.ts'
import { peerOption } from '../storage-place.ts'
import { type PublishOptions, withPayingInscriber, withPayment } from '../storage-publish.ts'
import { jsonLine } from '../text.ts'
import { openTickets } from '../tickets.ts'
import { openOwnWallet } from '../wallet-place.ts'

interface Options extends ResultsOptions, Omit<PublishOptions, keyof ResultsOptions> {
  readonly budget?: bigint
  readonly peer?: readonly string[]
  readonly partitionBits?: number
  readonly ticket?: string
  readonly json?: boolean
}

const HELP = `
The result is verified by the node's chain first. It is not paid for where its identity counts already, or is on its way from
here; what one identity cost is charged once, whatever happens in between. --budget is for all results of the graph together
that this, \`wsc compute serve --inscribe\` and \`wsc graph automate\` of the same --settlement-dir have ever inscribed; without it
nothing is sent, and the cost is told.

Of a graph with \`kind: storage\` in dataDestinations the log goes to a provider of storage that --peer leads to, and the record names
it there; what that costs is of the budget too, and the command waits until it is stored.

Exit code 1: the result does not hold, or the budget has no room for it.
`

export const addResultsInscribe: AddCommand = (parent, run) => {
  withPayment(withResults(parent.command('inscribe')))
    .description('verify a result and inscribe it, so that it counts on Bitcoin')
    .argument('<FILE>', 'result, as `wsc graph prove` writes it')
    .option('--budget <SATS>', 'satoshis that may be spent on the results of this graph in all', budget)
    .addOption(peerOption())
    .addOption(shared.partitionBits())
    .option('--ticket <FILE>', 'spend the group’s ticket of the graph, so that one of the group inscribes it')
    .option('--dry-run', 'tell the cost and send nothing')
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP + examples('results inscribe stats.result --graph graphs/chain-stats --network regtest --budget 20000'),
    )
    .action(run(inscribe))
}

async function inscribe(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const refuse = (reject: string, detail: string) => tellRefused(context, options, rejection(reject, detail))
  const bytes = await readUpTo(file, MAX_RESULT_BYTES)
  const read = decodeResult(bytes)
  if (!read.ok) return refuse(read.reject, read.detail)
  const { result } = read
  if (options.graph === undefined) throw usageError('name the graph of the result by --graph')
  parseAddresses(options.peer ?? [])
  const graphs = await Promise.all(options.graph.map((folder) => readGraph(folder)))
  // Whoever stores waits for blocks.
  const once = !graphs.some(({ manifest }) => storesLog(manifest))
  return await withResultsOf(options, context, { once }, async (place) => {
    const id = bytesToHex(result.program)
    const program = place.programs.find((one) => bytesToHex(one.id) === id)
    if (program === undefined) return refuse('wrong-program', `a result of program ${id}`)
    await place.results.caughtUp()
    context.terminal.settle()
    const judged = await place.judge.judge(result, context.signal)
    if (judged.state !== 'valid') {
      return refuse(judged.reason, judged.state === 'invalid' ? judged.detail : notJudged(judged.reason))
    }
    const storage = once ? null : storageParams(place.params, options)
    return await withInscriber(context, options, place, storage, async (inscriber, logs) => {
      const verified = await storingOf(logs, { result, manifest: program.manifest })
      if (options.dryRun === true) {
        const cost = await inscriber.quote(verified, options.feeRate)
        tell(context, options, { state: 'quoted', cost })
        return EXIT.valid
      }
      const failures = logs === null ? null : watchFailures(logs)
      try {
        const done = await inscriber.inscribe(verified, options.feeRate)
        tell(context, options, done)
        if (logs !== null) await stored(context, logs)
        for (const failure of failures?.of.values() ?? []) throw failure
        return done.state === 'no-budget' || done.state === 'charged-before' ? EXIT.invalid : EXIT.valid
      } finally {
        failures?.off()
      }
    })
  })
}

async function withInscriber(
  context: CliContext,
  options: Options,
  place: ResultsPlace,
  /** The network that its log goes to; null where none is stored. */
  storage: StorageParams | null,
  work: (inscriber: ResultInscriber, logs: LogStorage | null) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { client, params, programs, state, inscriptions, results, feed } = place
  const wallet = await openOwnWallet(options, params, context)
  const held = await openTickets(options.ticket === undefined ? [] : [options.ticket], programs, params)
  return await withPayingInscriber(
    context,
    options,
    { client, wallet, index: inscriptions.index, ...(storage !== null && options.dryRun !== true && { feed }) },
    async (inscriber) => {
      inscriber.events.on('warning', (warning) => context.terminal.note(warningText(warning, 1)))
      const spendings = await Spendings.open(state)
      const { budget = 0n } = options
      const tickets = held.map((ticket) => new TicketFollower(ticket, client))
      const once = new ResultInscriber({ inscriber, state, wallet, spendings, budget, others: { results, tickets } })
      if (storage === null) return await work(once, null)
      return await withLogs(context, options, place, { inscriber, wallet, storage }, (logs) => work(once, logs))
    },
  )
}

async function withLogs(
  { signal }: CliContext,
  { peer: bootstrap, feeRate, dryRun: onlyQuotes }: Options,
  { client, params, state, inscriptions }: ResultsPlace,
  {
    storage,
    ...paying
  }: { readonly inscriber: InscriberService; readonly wallet: Wallet; readonly storage: StorageParams },
  work: (logs: LogStorage) => Promise<ExitCode>,
): Promise<ExitCode> {
  const transport = await openPeerHost({ params, chosen: chosenName(storage), bootstrap, gossip: [] })
  const { logs, service } = openLogStorage({
    ...{
      ...paying,
      client,
      params: storage,
      kernel: await openKernel(),
      inscriptions,
      transport,
      feeRate,
      onlyQuotes,
    },
    folder: join(state, 'logs'),
  })
  const services = together([service, transport])
  await services.start(signal)
  try {
    return await work(logs)
  } finally {
    await services.stop()
  }
}

/** Until the log is in the table and at a provider. */
async function stored({ terminal, signal }: CliContext, logs: LogStorage): Promise<void> {
  terminal.progress('its log waits for a block, and for a provider to have it …')
  try {
    await orAborted(logs.settled(), signal)
  } finally {
    terminal.settle()
  }
}

/** Why logs are not stored, by their content, from now on; another try that succeeds takes it back. */
function watchFailures(logs: LogStorage): { readonly of: ReadonlyMap<string, Error>; readonly off: () => void } {
  const of = new Map<string, Error>()
  const failed = logs.events.on('failed', ({ content, error }) => of.set(content, error))
  const stored = logs.events.on('stored', ({ content }) => of.delete(content))
  const off = () => {
    failed()
    stored()
  }
  return { of, off }
}

function tell(
  { terminal }: CliContext,
  { json }: Options,
  done: Inscribed | { readonly state: 'quoted'; readonly cost: bigint },
): void {
  if (json) {
    terminal.result(jsonLine(inscribedJson(done)))
    return
  }
  terminal.result(done.state === 'quoted' ? `it would cost ${done.cost} satoshis` : inscribedText(done))
}
