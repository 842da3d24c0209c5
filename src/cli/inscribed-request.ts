import { type Command, InvalidArgumentError, Option } from 'commander'
import { openKernel } from '../../storage/io/index.ts'
import { parseInscriptionId } from '../bitcoin/index.ts'
import {
  cancelRecord,
  type InscribedRequest,
  MAX_REQUEST_BLOCKS,
  MAX_REQUEST_BYTES,
  publicationOf,
  requestRecord,
} from '../compute/index.ts'
import {
  type OnceOfKeys,
  placedRequestOf,
  type RequestStanding,
  requestInput,
  requestStanding,
} from '../compute/io/index.ts'
import { bytesToHex, rejection } from '../lib/index.ts'
import type { Publication } from '../settlement/index.ts'
import { addOptions, bitcoindOptions } from './config.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { readAskedArguments } from './graph-arguments.ts'
import { more } from './option-parsers.ts'
import { tellRefused } from './refused.ts'
import { type ResultsPlace, withResultsOf } from './results-place.ts'
import { budget } from './storage-arguments.ts'
import { type PublishOptions, publishRecord, withPayment } from './storage-publish.ts'
import { jsonLine } from './text.ts'
import { openOwnWallet, settlementDirOption } from './wallet-place.ts'

/** Options of requests that are made on Bitcoin. */
export interface InscribedRequestOptions extends Omit<PublishOptions, 'peer'> {
  readonly inscribe?: boolean
  readonly status?: string
  readonly cancel?: string
  readonly input?: readonly string[]
  readonly blocks: number
  readonly destination: InscribedRequest['destination']
  readonly maxSatoshis?: bigint
  readonly maxConstraints?: number
  readonly arguments?: string
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
}

/** Blocks that a request is open for unless it is said. */
const BLOCKS = 144

export function inscribedRequestOptions(command: Command): Command {
  command
    .option('--inscribe', 'ask by a record on Bitcoin, which the nodes that serve the graph find there')
    .option('--status <ID>', 'how the request stands that this inscription made')
    .option('--cancel <ID>', 'take back the request that this inscription of yours made')
    .option('--input <ID>', 'with --inscribe: an inscription that is read; again for each source but records', more)
    .option('--blocks <N>', 'with --inscribe: from the tip on, so long the result is of use', blocks, BLOCKS)
    .addOption(
      new Option(
        '--destination <D>',
        'with --inscribe: to peers alone, or to Bitcoin too, by who proves it and has a budget',
      )
        .choices(['asker', 'inscription'])
        .default('inscription'),
    )
    .option('--max-satoshis <N>', 'with --inscribe: what the record of the result may cost who inscribes it', budget)
    .option('--dry-run', 'with --inscribe or --cancel: tell the cost and send nothing')
  withPayment(command)
  return addOptions(command, ...bitcoindOptions(), settlementDirOption())
}

/** Option parser: for how many blocks a request is open. */
function blocks(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text) && Number(text) <= MAX_REQUEST_BLOCKS) return Number(text)
  throw new InvalidArgumentError(`not a number of blocks from 1 to ${MAX_REQUEST_BLOCKS}`)
}

/** Inscribes a request, tells how one stands, or takes it back, by the node's chain alone. */
export async function requestOnChain(
  context: CliContext,
  folder: string,
  options: InscribedRequestOptions,
  requestable: (program: ResultsPlace['programs'][number]) => OnceOfKeys,
): Promise<ExitCode> {
  const id = options.status ?? options.cancel
  if (id !== undefined && parseInscriptionId(id) === null) throw usageError(`${id} is no id of an inscription`)
  return await withResultsOf({ ...options, graph: [folder], finality: 6 }, context, { once: true }, async (place) => {
    const program = requestable(place.programs[0] as ResultsPlace['programs'][number])
    await Promise.all([place.inscriptions.caughtUp(), place.results.caughtUp()])
    context.terminal.settle()
    if (options.status !== undefined) return await status(context, program, options.status, options, place)
    if (options.cancel === undefined) return await inscribe(context, program, options, place)
    const found = await placedRequestOf(place.inscriptions, bytesToHex(program.id), options.cancel)
    if (!found.ok) return tellRefused(context, options, found)
    const wallet = await openOwnWallet(options, place.params, context)
    if (found.placed.author !== bytesToHex(wallet.publicKey)) {
      return tellRefused(context, options, rejection('other-author', 'another asked, who alone can take it back'))
    }
    return await say(context, options, place, publicationOf(cancelRecord(program.id, found.placed.id)))
  })
}

async function inscribe(
  context: CliContext,
  program: OnceOfKeys,
  options: InscribedRequestOptions,
  place: ResultsPlace,
): Promise<ExitCode> {
  const { manifest, constraints } = program
  const { input: inputs = [], destination, maxSatoshis, blocks } = options
  for (const id of inputs) if (parseInscriptionId(id) === null) throw usageError(`${id} is no id of an inscription`)
  if ((destination === 'inscription') !== (maxSatoshis !== undefined)) {
    throw usageError('--max-satoshis is what the result’s record may cost, and belongs to --destination inscription')
  }
  const given = await readAskedArguments(program, options.arguments, MAX_REQUEST_BYTES / 2)
  const request: InscribedRequest = {
    ...{ proofSystem: manifest.program.proofSystem, maxConstraints: options.maxConstraints ?? constraints },
    ...{ maxSatoshis: maxSatoshis ?? 0n, destination, arguments: given, inputs },
  }
  const height = place.inscriptions.index.tip?.height ?? 0
  // Nobody is to pay for what no node can prove.
  const found = await requestInput(place.inscriptions.index, manifest, request, height)
  if (!found.ok) return tellRefused(context, options, found)
  return await say(context, options, place, publicationOf(requestRecord(program.id, request, height + blocks)))
}

async function say(
  context: CliContext,
  options: InscribedRequestOptions,
  { client, params, inscriptions: { index } }: ResultsPlace,
  record: Publication,
): Promise<ExitCode> {
  const wallet = await openOwnWallet(options, params, context)
  await publishRecord(context, options, { client, wallet, index }, record)
  return EXIT.valid
}

async function status(
  context: CliContext,
  program: OnceOfKeys,
  id: string,
  options: InscribedRequestOptions,
  { inscriptions, results }: ResultsPlace,
): Promise<ExitCode> {
  const kernel = await openKernel()
  const found = await requestStanding({ inscriptions, results, kernel }, program, id)
  if (!found.ok) return tellRefused(context, options, found)
  const { standing } = found
  const { placed, request, identity, state, by } = standing
  const { height, deadline, author } = placed
  const told = {
    request: id,
    record: placed.id,
    state,
    by,
    identity,
    author,
    height,
    deadline,
    destination: request.destination,
  }
  if (options.json) context.terminal.result(jsonLine({ ...told, maxSatoshis: Number(request.maxSatoshis) }))
  else context.terminal.result(statusText(id, standing))
  return EXIT.valid
}

function statusText(id: string, { placed, state, by }: RequestStanding): string {
  const { height, deadline } = placed
  const copied = placed.id === id ? '' : `, by ${placed.id}, which another made of the same record`
  const asked = `asked for in block ${height}, until block ${deadline}${copied}`
  switch (state) {
    case 'open':
      return `open      ${asked}`
    case 'answered':
      return `answered  by ${by}; ${asked}`
    case 'cancelled':
      return `cancelled by ${by}; ${asked}`
    case 'expired':
      return `expired   ${asked}`
  }
}
