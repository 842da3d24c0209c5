import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Cursor, formatCursor, parseCursor } from '../../compute/index.ts'
import { type OpenWebhooks, openWebhooks, ResultsReader, resultsServer } from '../../compute/io/index.ts'
import { together } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { address } from '../inputs.ts'
import { type ResultsOptions, type ResultsPlace, withResults, withResultsOf } from '../results-place.ts'
import { eventLine, listedJson, listedLine } from '../results-text.ts'
import { duration } from '../terminal.ts'
import { jsonLine, plural } from '../text.ts'
import { addResultsGet } from './results-get.ts'
import { addResultsInscribe } from './results-inscribe.ts'

interface ListOptions extends ResultsOptions {
  readonly since?: Cursor | 'start'
  readonly follow?: boolean
  readonly json?: boolean
}

interface ServeOptions extends ResultsOptions {
  readonly webhooks?: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly json?: boolean
}

const HELP = `
A result counts once on Bitcoin, by the first valid record of its identity; later ones are duplicates, at their payer's cost.
What is judged are results of the graphs that --graph names, each built anew from its folder (docs/results.md).

--since start tells what happened from the first block on, as events; --since CURSOR goes on where the last line said. Exit
code 1: the cursor is at a block that was never seen here.
`

export const addResults: AddCommand = (parent, run) => {
  const results = parent.command('results').description('results of graphs on Bitcoin: which count, verified')
  withResults(results.command('ls', { isDefault: true }))
    .description('bring the index to the node’s tip and list results in the order of the chain')
    .option('--since <CURSOR>', 'tell events from a cursor on, or from the `start`', cursor)
    .option('--follow', 'go on telling events as the chain grows; from the start unless --since is given')
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP +
        examples(
          'results --graph graphs/chain-stats --network regtest',
          'results ls --graph graphs/chain-stats --graph graphs/digits --since start --json',
          'results ls --graph graphs/digits --follow --network regtest',
        ),
    )
    .action(run(list))
  addResultsGet(results, run)
  addResultsInscribe(results, run)
  addServe(results, run)
}

const addServe: AddCommand = (parent: Command, run) => {
  withResults(parent.command('serve'))
    .description('follow the node and serve what happens to results over HTTP: GET /results?since=CURSOR')
    .addOption(
      new Option('--listen <HOST:PORT>', 'where; whoever reaches it may ask')
        .default({ host: '127.0.0.1', port: 8535 }, '127.0.0.1:8535')
        .env('WSC_LISTEN')
        .argParser(address),
    )
    .option(
      '--webhooks <FILE>',
      'tell the webhooks that manifests name (dataDestinations): {"LABEL": {"url": "https://…"}}, of mode 0600',
    )
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples('results serve --graph graphs/chain-stats --network regtest --listen 127.0.0.1:8535'),
    )
    .action(run(serve))
}

async function list(context: CliContext, options: ListOptions): Promise<ExitCode> {
  const { follow = false, since } = options
  return await withResultsOf(options, context, { once: !follow }, async ({ results }) => {
    if (follow || since !== undefined) return await tell(context, options, results)
    await results.caughtUp()
    context.terminal.settle()
    const { tip, blocks } = await results.list()
    if (blocks.length === 0) context.terminal.note(`no results up to block ${tip.height}`)
    for (const block of blocks) {
      for (const entry of block.entries) {
        const { terminal } = context
        if (options.json) terminal.result(jsonLine(listedJson(entry, block, tip.height, options.finality)))
        else terminal.result(listedLine(entry, block, tip.height, options.finality))
      }
    }
    return EXIT.valid
  })
}

/** Tells events, and where to go on; with --follow until it is interrupted. */
async function tell(context: CliContext, options: ListOptions, results: ResultsPlace['results']): Promise<ExitCode> {
  const { terminal, signal } = context
  const { since = 'start', follow = false, finality, json } = options
  let exit: ExitCode = EXIT.valid
  let last = since === 'start' ? null : formatCursor(since)
  const reader = new ResultsReader({ results, cursor: since === 'start' ? null : since, finality, follow })
  reader.events.on('refused', ({ reject, detail }) => {
    terminal.note(`${reject}: ${detail}`)
    exit = EXIT.invalid
  })
  reader.events.on('told', ({ events, cursor, more }) => {
    terminal.settle()
    for (const event of events) terminal.result(json ? jsonLine(event) : eventLine(event))
    const now = formatCursor(cursor)
    if (now !== last && !more) terminal.result(json ? jsonLine({ cursor: now }) : `cursor  ${now}`)
    last = now
  })
  await reader.start(signal)
  try {
    await reader.ended()
    signal.throwIfAborted()
  } finally {
    await reader.stop()
  }
  return exit
}

async function serve(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  const { listen, finality, json } = options
  return await withResultsOf(options, context, { once: false }, async (place) => {
    const { results } = place
    const webhooks = options.webhooks === undefined ? null : await webhooksOf(options.webhooks, place, options, context)
    const server = resultsServer({ results, finality }, listen)
    server.events.on('failed', (error) => terminal.note(`a request failed: ${withCure(error)}`))
    const services = together(webhooks === null ? [server] : [server, webhooks.service])
    await services.start(signal)
    try {
      terminal.result(json ? jsonLine({ listening: server.url }) : `listening at ${server.url}`)
      await Promise.race([results.ended(), ...(webhooks === null ? [] : [webhooks.service.ended()])])
    } finally {
      await services.stop()
    }
    return EXIT.interrupted
  })
}

/** What tells webhooks, and what is told of it. */
async function webhooksOf(
  file: string,
  { results, folder, programs }: ResultsPlace,
  { finality, json }: ServeOptions,
  { terminal }: CliContext,
): Promise<OpenWebhooks> {
  const open = await openWebhooks({ results, finality, programs, file, folder })
  for (const label of open.unplaced) terminal.note(`webhook ${label} is named by a graph, and not in ${file}`)
  for (const label of open.unnamed) terminal.note(`webhook ${label} is in ${file}, and no graph names it`)
  const { events } = open.webhooks
  events.on('delivered', ({ label, key }) => {
    if (json) terminal.result(jsonLine({ delivered: { label, key } }))
  })
  events.on('anew', ({ label }) => terminal.note(`webhook ${label} is told everything from the beginning`))
  events.on('failed', ({ label, failures, retryMs, reject, detail }) => {
    const when = `again in ${duration(retryMs / 1000)}`
    terminal.note(`webhook ${label} has not taken an event, ${plural(failures, 'time')}: ${reject}: ${detail}; ${when}`)
  })
  return open
}

function cursor(text: string): Cursor | 'start' {
  if (text === 'start') return text
  const read = parseCursor(text)
  if (!read.ok) throw new InvalidArgumentError(read.detail)
  return read.cursor
}
