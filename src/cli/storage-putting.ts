import type { Command } from 'commander'
import {
  type ChosenProvider,
  type EncodedContent,
  encodeContent,
  type PutCost,
  PutService,
} from '../../storage/io/index.ts'
import { bytesToHex } from '../lib/index.ts'
import { publicKeyOf } from '../p2p/index.ts'
import { InscriberService, type Wallet } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { costText, jobJson, jobLines, noteText } from './inscriber-text.ts'
import { copies, type NamedProvider, providers, tip } from './storage-arguments.ts'
import type { PublishOptions } from './storage-publish.ts'
import { costLines, type PutTimes, partProgress, showPutProgress } from './storage-put-text.ts'
import { type OpenedNode, withTableNode } from './storage-work.ts'
import { jsonLine } from './text.ts'
import { openOwnWallet, settlementDir } from './wallet-place.ts'

/** What a command that stores content takes. */
export interface PutCommandOptions extends PublishOptions {
  readonly provider?: readonly NamedProvider[]
  readonly tip?: bigint
  readonly copies?: number
  readonly confirmations: number
}

/** Content that is stored, or of which is known what that costs. */
export interface Put {
  readonly content: EncodedContent
  readonly times: PutTimes
  /** Of a dry run, in which nothing is sent; else null. */
  readonly cost: PutCost | null
  /** Still at work, for what is to be inscribed about the content. */
  readonly inscriber: InscriberService
  readonly wallet: Wallet
  readonly opened: OpenedNode
}

/** Adds them to a command that pays. @param confirmed of what the records are that `--confirmations` is about */
export function withPutOptions(command: Command, confirmed: string): Command {
  return command
    .option('--provider <PEER>', 'one of your choice: /ip4/…/tcp/…/p2p/12D3Koo…; may be given again', providers)
    .option('--tip <SATS>', 'pay so much to each --provider with the record of each blob', tip)
    .option('--copies <N>', 'providers that must have each blob (default: each --provider, else 1)', copies)
    .option('--confirmations <N>', `blocks that ${confirmed} must have`, copies, 1)
    .option('--dry-run', 'tell what it takes and send nothing; with --peer or --provider all costs')
}

/** Throws E_USAGE where options do not go together. */
export function requirePutOptions({ provider: named = [], tip, copies }: PutCommandOptions): void {
  if (tip !== undefined && named.length === 0) throw usageError('--tip is for a --provider of your choice')
  if (copies !== undefined && named.length > 0 && copies > named.length) {
    throw usageError(`${copies} copies are more than the ${named.length} that --provider names`)
  }
}

/** Stores a file or a folder, or with `--dry-run` asks what that costs; then `finish` says what is told. */
export async function putContent(
  context: CliContext,
  path: string,
  options: PutCommandOptions,
  finish: (put: Put) => Promise<ExitCode>,
): Promise<ExitCode> {
  const peer = [...(options.peer ?? []), ...(options.provider ?? []).flatMap(({ address }) => address ?? [])]
  return await withTableNode(context, { ...options, peer }, (opened) =>
    putAmong(context, path, options, opened, finish),
  )
}

async function putAmong(
  context: CliContext,
  path: string,
  options: PutCommandOptions,
  opened: OpenedNode,
  finish: (put: Put) => Promise<ExitCode>,
): Promise<ExitCode> {
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
    ...{ wallet, client, state, fundFrom, maxFeeRate, assumeCoin: options.dryRun },
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
    const done = { content: made, times, inscriber, wallet, opened }
    if (options.dryRun === true) return await finish({ ...done, cost: await service.quote(made, wanted) })
    tellPut(context, inscriber, service, (cost) => costLines(made, cost, times), json === true)
    await service.put(made, { ...wanted, copies: options.copies, confirmations: options.confirmations, signal })
    return await finish({ ...done, cost: null })
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
