import { type ChosenProvider, encodeContent, PutService } from '../../../storage/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { publicKeyOf } from '../../p2p/index.ts'
import { InscriberService } from '../../settlement/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { requireReadable } from '../inputs.ts'
import { costText, jobJson, jobLines, noteText } from '../inscriber-text.ts'
import { copies, type NamedProvider, providers, tip } from '../storage-arguments.ts'
import { tellMeasured } from '../storage-measured.ts'
import { peerOption, withTableOptions } from '../storage-place.ts'
import { type PublishOptions, withPayment } from '../storage-publish.ts'
import { contentJson, costLines, costsJson, type PutTimes, partProgress, showPutProgress } from '../storage-put-text.ts'
import { type OpenedNode, withTableNode } from '../storage-work.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, settlementDir } from '../wallet-place.ts'

export interface PutCommandOptions extends PublishOptions {
  readonly provider?: readonly NamedProvider[]
  readonly tip?: bigint
  readonly copies?: number
  readonly confirmations: number
}

const HELP = `
The content is cut into blobs under one manifest, whose id names all of it. Providers are asked first; then a signed record
of each blob is inscribed, with the burn that the network asks for; then providers fetch, and this ends once they have all.
The same command again goes on with what it began, and pays for nothing twice; with a higher --fee-rate it bumps what waits.
A tip is an output of each record's reveal, to the address of the key that the provider has registered.
`

export const addStoragePut: AddCommand = (parent, run) => {
  withPayment(withTableOptions(parent.command('put')).addOption(peerOption()))
    .description('store a file or a folder: encode, publish on Bitcoin, bring to providers')
    .argument('<PATH>', 'a file, or a folder without links')
    .option('--provider <PEER>', 'one of your choice: /ip4/…/tcp/…/p2p/12D3Koo…; may be given again', providers)
    .option('--tip <SATS>', 'pay so much to each --provider with the record of each blob', tip)
    .option('--copies <N>', 'providers that must have each blob (default: each --provider, else 1)', copies)
    .option('--confirmations <N>', 'blocks that a record must have', copies, 1)
    .option('--dry-run', 'tell what it takes and send nothing; with --peer or --provider all costs')
    .addHelpText(
      'after',
      HELP +
        examples(
          'storage put site/ --dry-run',
          'storage put film.mp4 --peer /ip4/192.0.2.7/tcp/8533',
          'storage put site/ --provider /ip4/192.0.2.7/tcp/8533/p2p/12D3Koo… --tip 1000',
        ),
    )
    .action(run(put))
}

async function put(context: CliContext, path: string, options: PutCommandOptions): Promise<ExitCode> {
  const { provider: named = [], copies } = options
  if (options.tip !== undefined && named.length === 0) throw usageError('--tip is for a --provider of your choice')
  if (copies !== undefined && named.length > 0 && copies > named.length) {
    throw usageError(`${copies} copies are more than the ${named.length} that --provider names`)
  }
  if (options.dryRun === true && options.peer === undefined && named.length === 0) {
    return await tellMeasured(context, path, options)
  }
  await requireReadable(path)
  const peer = [...(options.peer ?? []), ...named.flatMap(({ address }) => address ?? [])]
  return await withTableNode(context, { ...options, peer }, (opened) => putAmong(context, path, options, opened))
}

async function putAmong(context: CliContext, path: string, options: PutCommandOptions, opened: OpenedNode) {
  const { terminal, signal } = context
  const { node, params, storage, client, places } = opened
  const content = await encoded(context, path, options, opened)
  if (content === null) return EXIT.invalid
  const { times, made } = content
  await node.table.caughtUp()
  const wallet = await openOwnWallet(options, params, context)
  const state = settlementDir(options.settlementDir, params, context)
  const { fundFrom, maxFeeRate, feeRate, tip, json } = options
  const inscriber = new InscriberService({
    ...{ wallet, client, state, fundFrom, maxFeeRate },
    ...{ feed: node.feed, index: node.index.index },
  })
  await inscriber.start(signal)
  try {
    const service = new PutService({
      ...{ table: node.table, inscriber, client, transport: node.host, wallet, kernel: node.kernel },
      ...{ params: storage, folder: places.put },
    })
    const chosen = await Promise.all((options.provider ?? []).map(chosenProvider))
    const wanted = { feeRate, tip, ...(chosen.length > 0 && { providers: chosen }) }
    inscriber.events.on('note', (note) => terminal.note(noteText(note)))
    inscriber.events.on('problem', (error) => terminal.note(error.message))
    if (options.dryRun === true) {
      const cost = await service.quote(made, wanted)
      if (json) terminal.result(jsonLine(costsJson(made, params, cost, times)))
      else for (const line of costLines(made, cost, times)) terminal.result(line)
      return EXIT.valid
    }
    tellPut(context, inscriber, service, (cost) => costLines(made, cost, times), json === true)
    await service.put(made, { ...wanted, copies: options.copies, confirmations: options.confirmations, signal })
    const told = contentJson(made, params)
    terminal.result(json ? jsonLine(told) : `stored ${told.uri ?? told.id}`)
    return EXIT.valid
  } finally {
    await inscriber.stop()
  }
}

/** Costs, jobs and progress, all on stderr. */
function tellPut(
  context: CliContext,
  inscriber: InscriberService,
  service: PutService,
  costs: (cost: Parameters<typeof costLines>[1]) => string[],
  json: boolean,
): void {
  const { terminal } = context
  let isNew = false
  service.events.on('cost', (cost) => {
    isNew = true
    terminal.note(costs(cost).join('\n'))
  })
  // Of what goes on and is bumped: new records' cost was told as a whole.
  inscriber.events.on('cost', (cost) => {
    if (!isNew) terminal.note(costText(cost))
  })
  service.events.on('waits', ({ message }) => terminal.note(`waiting for a block before more is sent: ${message}`))
  const told = new Map<string, string>()
  service.events.on('job', (job) => {
    const lines = json ? [jsonLine(jobJson(job))] : jobLines(job)
    // The inscriber tells of a job also where nothing of it has changed.
    if (told.get(job.id) === lines.join()) return
    told.set(job.id, lines.join())
    for (const line of lines) terminal.note(line)
  })
  showPutProgress(context, service)
}

async function encoded(
  context: CliContext,
  path: string,
  { json, confirmations }: PutCommandOptions,
  { node, storage, places }: OpenedNode,
) {
  const { terminal, signal, clock } = context
  const began = clock()
  const made = await encodeContent(path, {
    kernel: node.kernel,
    params: storage,
    folder: places.put,
    signal,
    onProgress: partProgress(context, 'encoding'),
  })
  terminal.settle()
  const times: PutTimes = { encoding: (clock() - began) / 1000, confirmations, network: storage.network }
  if (made.ok) return { made: made.content, times }
  const { reject: reason, detail } = made
  if (json) terminal.result(jsonLine({ valid: false, reason, detail }))
  else terminal.note(`${path} cannot be stored: ${detail} (${reason})`)
  return null
}

async function chosenProvider({ name }: NamedProvider): Promise<ChosenProvider> {
  const key = await publicKeyOf(name)
  if (key === null) throw usageError(`${name} is no peer that could provide`)
  return { name, key: bytesToHex(key) }
}
