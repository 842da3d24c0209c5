import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { readsResults } from '../../compute/index.ts'
import type { OnceOfKeys } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { type Automation, openAutomation } from '../../node/index.ts'
import { requireAcceptedProgram, requireGraphSetup } from '../accepted-program.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { graphArgument } from '../graph-place.ts'
import { digits } from '../graph-text.ts'
import { readAnchor, readNetwork, requireProvable } from '../inputs.ts'
import { noteText } from '../inscriber-text.ts'
import { noteOutages } from '../outage.ts'
import { dataHome } from '../places.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { openSourceGraphs, type SourceGraphOptions, sourceGraphOption } from '../source-graphs.ts'
import { noteScan } from '../storage-scan.ts'
import { jsonLine } from '../text.ts'
import { openTickets } from '../tickets.ts'
import { openOwnWallet, settlementDir, settlementDirOption, type WalletOptions, walletOption } from '../wallet-place.ts'

interface Options extends RpcOptions, WalletOptions, SourceGraphOptions {
  readonly anchor?: string
  readonly budget?: bigint
  readonly ticket?: string
  readonly finality: number
  readonly since?: number
  readonly automationDir?: string
  readonly settlementDir?: string
  readonly json?: boolean
}

const HELP = `
Each period of the graph's is judged once it is over, or each result that it reads once that counts and is the latest. It fires once the period's
last block, or the block of the other result's record, has as many confirmations as --finality says, and never twice for one period or
height of the other result, whatever reorgs come. Its result is proved, kept in the automation's folder, and inscribed as a record if --budget has
room for it: that of the graph, whatever of the same --settlement-dir inscribes its results. With --ticket one of the group does, and nothing
is spent on what another's record says. One process runs an automation at a time.
`

export const addGraphAutomate: AddCommand = (parent, run) => {
  const command = parent
    .command('automate')
    .addArgument(graphArgument())
    .description(
      'follow a node, and fire the condition of a graph once for each period, or result of another graph, for which it holds',
    )
    .option(
      '--budget <SATS>',
      'satoshis that may be spent on the results of this graph in all (default: none)',
      satoshis,
    )
    .option('--ticket <FILE>', 'spend the group’s ticket of the graph, so that one of the group inscribes its results')
    .option('--finality <N>', 'confirmations with which it fires', confirmations, 6)
    .option(
      '--since <K>',
      'when it begins: the first period, or height of the other result, it looks at (default: the next)',
      count,
    )
    .option(
      '--automation-dir <D>',
      'what it keeps (default: $XDG_DATA_HOME/wsc/<network>/automation/<16 digits of program>)',
    )
  addOptions(command, ...bitcoindOptions(), shared.network(), shared.anchor(), walletOption(), settlementDirOption())
  addOptions(command, sourceGraphOption(), shared.ptau(), shared.insecureDevSetup(), shared.json())
    .addHelpText(
      'after',
      HELP +
        examples(
          'graph automate graphs/difficulty-falls',
          'graph automate my-condition --network regtest --budget 20000',
        ),
    )
    .action(run(automate))
}

async function automate(context: CliContext, folder: string, options: Options): Promise<ExitCode> {
  const { signal, env } = context
  const params = requireProvable(await readNetwork(options.network))
  const anchor = await readAnchor(options.anchor, params)
  await requireGraphSetup(folder, params, options, context)
  const { budget = 0n, ticket: file } = options
  if (budget === 0n && file !== undefined) throw usageError('--ticket is for what --budget pays')
  const wallet = budget === 0n ? undefined : await openOwnWallet(options, params, context)
  const client = await openBitcoind(options, params, context)
  try {
    const program = await requireAcceptedProgram(folder, params, options, context)
    if (program.kind !== 'circuit') throw usageError(`${program.manifest.name} is no circuit: it has no condition`)
    const [ticket] = await openTickets(file === undefined ? [] : [file], [program], params)
    const sources = await openSourceGraphs(program, options, params, context)
    const own = join(dataHome(env), params.name, 'automation', bytesToHex(program.id).slice(0, 16))
    const settlement = settlementDir(options.settlementDir, params, context)
    const made = await openAutomation({
      ...{ client, params, anchor, program, sources, folder: options.automationDir ?? own },
      ...{ finality: options.finality, since: options.since },
      inscribing: wallet === undefined ? undefined : { wallet, budget, settlement, ticket },
      failed: (error) => context.terminal.note(withCure(error)),
    })
    if (made.inscriptions !== null) noteScan(made.inscriptions, { client }, context)
    show(made, program, options, context)
    try {
      await made.service.start(signal)
      await made.service.ended()
      signal.throwIfAborted()
      return EXIT.valid
    } finally {
      await made.service.stop()
    }
  } finally {
    client.close()
  }
}

/** All that it tells, on the terminal. */
function show(
  { feed, automation, inscriber }: Automation,
  program: OnceOfKeys,
  { json }: Options,
  { terminal }: CliContext,
): void {
  const tell = (event: object, line: string) => terminal.result(json ? jsonLine(event) : line)
  const { events } = automation
  const about = { program: bytesToHex(program.id) }
  const named = readsResults(program.manifest) ? 'result of height' : 'period'
  noteOutages(feed.events, terminal.note)
  inscriber?.events.on('note', (note) => terminal.note(noteText(note)))
  inscriber?.events.on('problem', (error) => terminal.note(withCure(error)))
  events.on('problem', (error) => terminal.note(`waiting for a later block: ${withCure(error)}`))
  events.on('began', (began) =>
    tell(
      { began: { ...about, ...began } },
      `${program.manifest.name}  from ${named} ${began.since} on, fired ${began.fired}`,
    ),
  )
  events.on('evaluated', ({ ordinal, height, holds, outputs }) => {
    const line = `${named} ${ordinal}  there at height ${height}: ${holds ? 'the condition holds' : 'does not hold'}`
    tell({ evaluated: { ordinal, height, holds, outputs: digits(outputs) } }, line)
  })
  events.on('refused', ({ ordinal, height, detail }) => {
    const line = `${named} ${ordinal}  there at height ${height}: does not hold, the circuit takes no such values (${detail})`
    tell({ refused: { ordinal, height, detail } }, line)
  })
  events.on('fired', ({ ordinal, height, blockHash, result }) => {
    const line = `${named} ${ordinal}  fired: ${result.length} bytes prove it at height ${height}`
    tell({ fired: { ordinal, height, blockHash, bytes: result.length } }, line)
  })
  events.on('acted', ({ ordinal, name }) =>
    tell({ inscribed: { ordinal, inscription: name } }, `${named} ${ordinal}  inscribed: ${name}`),
  )
  events.on('unpaid', ({ ordinal, cost, left }) =>
    terminal.note(`${named} ${ordinal} is not inscribed: it costs ${cost} satoshis, --budget has ${left} left`),
  )
  events.on('orphaned', ({ ordinal, height }) =>
    tell(
      { orphaned: { ordinal, height } },
      `${named} ${ordinal}  its block ${height} left the chain; it does not fire again`,
    ),
  )
}

function satoshis(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,11})$/.test(text)) throw new InvalidArgumentError('not a number of satoshis')
  return BigInt(text)
}

function count(text: string): number {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(text)) throw new InvalidArgumentError('not a whole number')
  return Number(text)
}

function confirmations(text: string): number {
  const value = count(text)
  if (value === 0) throw new InvalidArgumentError('not a number of confirmations')
  return value
}
