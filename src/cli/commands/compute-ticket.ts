import type { Command } from 'commander'
import { bytesToHex } from '../../lib/index.ts'
import { coinName, createTicket, openTicket, sendTicket, TicketFollower } from '../../settlement/io/index.ts'
import { requireAcceptedProgram } from '../accepted-program.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readNetwork, requireProvable } from '../inputs.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { type PublishOptions, withPayingInscriber, withPayment } from '../storage-publish.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, settlementDirOption } from '../wallet-place.ts'

interface CreateOptions extends RpcOptions, Omit<PublishOptions, 'storageDir' | 'partitionBits' | 'peer' | 'dryRun'> {
  readonly graph: string
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
}

interface StatusOptions extends RpcOptions {
  readonly network?: string
  readonly json?: boolean
}

const HELP = `
A ticket is a small coin of a group of operators, of one graph. Whoever of them inscribes a result of the graph with --ticket
spends it and makes it anew, so that of two who inscribe at once Bitcoin takes one. Copy the file to each of the group: it
holds the coin's key, and lies in mode 0600.
`

export const addComputeTicket: AddCommand = (parent, run) => {
  const ticket = parent
    .command('ticket')
    .description('a coin of a group, by which one of it at a time inscribes results')
  addCreate(ticket, run)
  addStatus(ticket, run)
}

function addCreate(parent: Command, run: Runner): void {
  const command = withPayment(parent.command('create'))
    .argument('<FILE>', 'where to write it; a file that is there is never written over')
    .requiredOption('--graph <DIR>', 'folder of the graph (required)')
    .description('make the ticket of a graph, paid by the wallet')
  addOptions(command, ...bitcoindOptions(), shared.network(), settlementDirOption())
  addOptions(command, shared.ptau(), shared.insecureDevSetup(), shared.json())
    .addHelpText(
      'after',
      HELP + examples('compute ticket create my.ticket --graph graphs/header-count --network regtest'),
    )
    .action(run(create))
}

async function create(context: CliContext, file: string, options: CreateOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  const params = requireProvable(await readNetwork(options.network))
  const wallet = await openOwnWallet(options, params, context)
  const client = await openBitcoind(options, params, context)
  try {
    const { id } = await requireAcceptedProgram(options.graph, params, options, context)
    const program = bytesToHex(id)
    const since = await client.getBlockCount()
    // A ticket is no record, and has no number in a line of them.
    const index = { greatest: async () => undefined }
    const ticket = await withPayingInscriber(context, options, { client, wallet, index }, async (inscriber) => {
      const pay = (output: Parameters<Parameters<typeof createTicket>[2]>[0]) =>
        inscriber.pay([output], options.feeRate)
      const made = await createTicket(file, { params, program, since }, pay)
      await sendTicket(made, client, { signal })
      return made
    })
    const coin = coinName(ticket.genesis)
    if (options.json) terminal.result(jsonLine({ file, program, coin, satoshis: Number(ticket.genesis.value) }))
    else terminal.result(`${file}: ticket ${coin} of program ${program}, once that is confirmed`)
    return EXIT.valid
  } finally {
    client.close()
  }
}

function addStatus(parent: Command, run: Runner): void {
  const command = parent
    .command('status')
    .argument('<FILE>', 'ticket, as `wsc compute ticket create` writes it')
    .description('where a ticket is: whether it can be spent now, and how often it was; what makes it is sent again')
  addOptions(command, ...bitcoindOptions(), shared.network(), shared.json())
    .addHelpText('after', `${STANDINGS}${examples('compute ticket status my.ticket --network regtest')}`)
    .action(run(status))
}

const STANDINGS = `
free         can be spent
in-use       an inscription that waits for a block spends it
unrevealed   the commit that left it is confirmed, what that commits to is not
unconfirmed  the transaction that makes it waits: it is sent again
lost         it was spent, and not made anew: make another

Exit code 1: lost.
`

async function status(context: CliContext, file: string, options: StatusOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  const params = await readNetwork(options.network)
  const ticket = await openTicket(file, params)
  const client = await openBitcoind(options, params, context)
  try {
    const { state, coin, spent } = await new TicketFollower(ticket, client).standing({ signal })
    if (state === 'unconfirmed') await sendTicket(ticket, client, { signal })
    const { program } = ticket
    if (options.json) terminal.result(jsonLine({ program, state, coin: coinName(coin), spent }))
    else terminal.result(`program ${program}: ticket ${coinName(coin)} is ${state}, spent ${spent} times`)
    return state === 'lost' ? EXIT.invalid : EXIT.valid
  } finally {
    client.close()
  }
}
