import {
  type EncodedContent,
  encodeContent,
  type PutCost,
  type PutProgress,
  PutService,
} from '../../../storage/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { InscriberService } from '../../settlement/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { costJson, costText, jobJson, jobLines, noteText } from '../inscriber-text.ts'
import { copies, rate } from '../storage-arguments.ts'
import { tellMeasured } from '../storage-measured.ts'
import { addresses, type OpenedStorage, type StorageOptions, withStorage, withStorageNode } from '../storage-place.ts'
import { duration } from '../terminal.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, settlementDir, settlementDirOption, type WalletOptions, walletOption } from '../wallet-place.ts'

interface Options extends StorageOptions, WalletOptions {
  readonly settlementDir?: string
  readonly provider?: readonly string[]
  readonly copies: number
  readonly confirmations: number
  readonly feeRate?: number
  readonly maxFeeRate?: number
  readonly fundFrom?: string
  readonly dryRun?: boolean
}

const HELP = `
The content is cut into blobs under one manifest, whose id names all of it. Providers are asked first; then a signed record
of each blob is inscribed, with the burn that the network asks for; then providers fetch, and this ends once they have all.
The same command again goes on with what it began, and pays for nothing twice.
`

export const addStoragePut: AddCommand = (parent, run) => {
  withStorage(parent.command('put'))
    .description('store a file or a folder: encode, publish on Bitcoin, bring to providers')
    .argument('<PATH>', 'a file, or a folder without links')
    .addOption(walletOption())
    .addOption(settlementDirOption())
    .option('--provider <ADDRESS>', 'a provider of your choice, as /ip4/…/tcp/…/p2p/…; may be given again', addresses)
    .option('--copies <N>', 'providers that must have each blob', copies, 1)
    .option('--confirmations <N>', 'blocks that a record must have', copies, 1)
    .option('--fee-rate <F>', 'satoshis a virtual byte (default: the node’s estimate)', rate)
    .option('--max-fee-rate <F>', 'refuse to pay more a virtual byte', rate, 200)
    .option('--fund-from <NAME>', 'have this wallet of the node pay for the commit (default: the coins of --wallet)')
    .option('--dry-run', 'tell what it takes and send nothing; with --peer the fees and the time too')
    .addHelpText(
      'after',
      HELP + examples('storage put site/ --dry-run', 'storage put film.mp4 --peer /ip4/192.0.2.7/tcp/8533'),
    )
    .action(run(put))
}

async function put(context: CliContext, path: string, options: Options): Promise<ExitCode> {
  if (options.dryRun === true && options.peer === undefined) return await tellMeasured(context, path, options)
  const peer = [...(options.peer ?? []), ...(options.provider ?? [])]
  return await withStorageNode(
    context,
    { ...options, peer },
    ({ client: folder }) => ({ folder }),
    async (opened) => {
      const { places, node, params, storage } = opened
      const content = await encoded(context, path, opened)
      if (content === null) return EXIT.invalid
      const { seconds, made } = content
      await node.table.caughtUp()
      const wallet = await openOwnWallet(options, params, context)
      const state = settlementDir(options.settlementDir, params, context)
      const { feed } = node
      const { fundFrom, maxFeeRate } = options
      const inscriber = new InscriberService({ wallet, client: opened.client, state, feed, fundFrom, maxFeeRate })
      inscriber.events.on('note', (note) => context.terminal.note(noteText(note)))
      inscriber.events.on('problem', (error) => context.terminal.note(error.message))
      await inscriber.start(context.signal)
      try {
        const { table, host: transport, kernel } = node
        const components = { table, inscriber, client: opened.client, transport, wallet, kernel, params: storage }
        const service = new PutService({ ...components, folder: `${places.client}/put` })
        if (options.dryRun === true) {
          tellCost(context, options, made, await service.quote(made, options.feeRate), seconds)
          return EXIT.valid
        }
        service.events.on('cost', (cost) => context.terminal.note(costLines(made, cost, seconds).join('\n')))
        showProgress(context, service)
        inscriber.events.on('job', (job) => {
          if (options.json !== true) for (const line of jobLines(job)) context.terminal.note(line)
          else context.terminal.note(jsonLine(jobJson(job)))
        })
        const providers = options.provider?.map((address) => address.slice(address.lastIndexOf('/') + 1))
        await service.put(made, { ...options, providers, signal: context.signal })
        context.terminal.result(options.json ? jsonLine(contentJson(made)) : `stored ${made.id}`)
        return EXIT.valid
      } finally {
        await inscriber.stop()
      }
    },
  )
}

async function encoded(
  { terminal, signal, clock }: CliContext,
  path: string,
  { node, storage, places }: OpenedStorage,
) {
  const began = clock()
  const made = await encodeContent(path, {
    kernel: node.kernel,
    params: storage,
    folder: `${places.client}/put`,
    signal,
    onProgress: (bytes) => {
      const seconds = (clock() - began) / 1000
      terminal.progress(
        `encoding: ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / 1e6 / Math.max(seconds, 0.001)).toFixed(1)} MB/s`,
      )
    },
  })
  terminal.settle()
  if (made.ok) return { made: made.content, seconds: (clock() - began) / 1000 }
  terminal.note(`${path} cannot be stored: ${made.detail} (${made.reject})`)
  return null
}

function contentJson({ id, bytes, files, blobs, chunks }: EncodedContent) {
  return {
    id,
    bytes,
    files,
    chunks,
    blobs: blobs.map(({ id, blob: { root, length } }) => ({ id, root: bytesToHex(root), length })),
  }
}

/** A block takes ten minutes on average, and providers fetch some MB a second. */
const BLOCK_SECONDS = 600
const FETCH_BYTES = 2e6

function estimate({ chunks }: EncodedContent, seconds: number) {
  const fetching = (chunks * 126_976) / FETCH_BYTES
  return { encoding: seconds, block: BLOCK_SECONDS, fetching, total: seconds + BLOCK_SECONDS + fetching }
}

function tellCost(
  { terminal }: CliContext,
  { json }: Options,
  content: EncodedContent,
  cost: PutCost,
  seconds: number,
) {
  if (json === true) {
    const costs = cost.inscribing.map(costJson)
    const fees = costs.reduce((total, one) => total + one.fees, 0)
    const times = estimate(content, seconds)
    terminal.result(
      jsonLine({ ...contentJson(content), burn: Number(cost.burn), fees, inscribing: costs, seconds: times }),
    )
  } else for (const line of costLines(content, cost, seconds)) terminal.result(line)
}

function costLines(content: EncodedContent, { inscribing, burn }: PutCost, seconds: number): string[] {
  const { block, fetching, total } = estimate(content, seconds)
  const time = `${duration(seconds)} of encoding, ${duration(block)} for a block, ${duration(fetching)} of fetching`
  return [
    `content ${content.id}: ${content.bytes} bytes in ${content.files} files, ${content.blobs.length} blobs, ${content.chunks} chunks`,
    ...inscribing.map(costText),
    `burn: ${burn} satoshis for the chunks of blobs that are not in the table yet`,
    `time: about ${duration(total)} (${time})`,
  ]
}

function showProgress({ terminal, clock }: CliContext, service: PutService): void {
  const began = clock()
  let first: PutProgress | null = null
  service.events.on('progress', (progress) => {
    const { blobs, counted, stored, heldChunks, chunks } = progress
    first ??= progress
    const done = heldChunks - first.heldChunks
    const left = done > 0 ? ((chunks - heldChunks) * (clock() - began)) / done / 1000 : null
    const eta = left === null || heldChunks === chunks ? '' : `, ${duration(left)} left`
    terminal.progress(
      `storing: ${counted} of ${blobs} blobs in the table, ${stored} stored, ${heldChunks} of ${chunks} chunks${eta}`,
    )
  })
}
