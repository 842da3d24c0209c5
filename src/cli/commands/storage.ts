import { type Command, Option } from 'commander'
import { storageParams } from '../../../storage/index.ts'
import { openKernel, storageFolder, TableService } from '../../../storage/io/index.ts'
import type { NetworkParams } from '../../bitcoin/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { IndexService } from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { noteOutages } from '../outage.ts'
import { dataHome } from '../places.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { partitions, peerOption } from '../storage-place.ts'
import { jsonLine } from '../text.ts'
import { settlementDir, settlementDirOption } from '../wallet-place.ts'
import { addStoragePut } from './storage-put.ts'
import { addStorageRegister, addStorageRetire } from './storage-register.ts'
import { addStorageScrub } from './storage-scrub.ts'
import { addStorageServe } from './storage-serve.ts'
import { type StatusOptions, showHolders } from './storage-status.ts'

interface TableOptions extends RpcOptions {
  readonly network?: string
  readonly settlementDir?: string
  readonly storageDir?: string
  readonly json?: boolean
}

export const addStorage: AddCommand = (parent, run) => {
  const storage = parent.command('storage').description('large content beside Bitcoin: what it takes, and what counts')
  addStoragePut(storage, run)
  addList(storage, run)
  addStatus(storage, run)
  addStorageServe(storage, run)
  addStorageScrub(storage, run)
  addStorageRegister(storage, run)
  addStorageRetire(storage, run)
}

function withTableOptions(command: Command): Command {
  const dir = new Option('--storage-dir <D>', 'the table (default: $XDG_DATA_HOME/wsc/<network>/storage)')
  return addOptions(
    command,
    ...bitcoindOptions(),
    shared.network(),
    settlementDirOption(),
    dir.env('WSC_STORAGE_DIR'),
    shared.json(),
  )
}

function addList(parent: Command, run: Runner): void {
  withTableOptions(parent.command('ls'))
    .description('bring the table to the node’s tip and list the blobs that count, in order')
    .addHelpText('after', examples('storage ls --network regtest', 'storage ls --json'))
    .action(
      run(async (context, options: TableOptions) => {
        return await withTable(context, options, ({ table }) => {
          for (const entry of table.blobs.entries) {
            const { id, length, chunks, first, height, author } = entry
            const where = `height ${height}  position ${first}, ${chunks} chunks`
            const line = `${id}  ${where}  ${length} bytes  by ${author}`
            context.terminal.result(options.json ? jsonLine(entry) : line)
          }
        })
      }),
    )
}

function addStatus(parent: Command, run: Runner): void {
  withTableOptions(parent.command('status'))
    .description(
      'the table at the node’s tip: its root, partitions and how far they are used, providers; with --peer who holds them',
    )
    .addOption(peerOption())
    .option('--partition <P>', 'with --peer, which: 0 or 0,2 or 0-3 (default: all of the table)', partitions)
    .addHelpText('after', examples('storage status --network regtest', 'storage status --json'))
    .action(
      run(async (context, options: StatusOptions) => {
        if (options.peer !== undefined) return await showHolders(context, options)
        return await withTable(context, options, (service) => {
          for (const line of statusLines(service, options.json === true)) context.terminal.result(line)
        })
      }),
    )
}

function statusLines({ table, tip }: TableService, json: boolean): string[] {
  const height = tip?.height ?? 0
  const { blobs, providers } = table
  const about = {
    height,
    root: bytesToHex(blobs.rootAt(height)),
    blobs: blobs.entries.length,
    partitions: blobs.partitionsAt(height),
    providers: providers.list().map((one) => ({ ...one, counts: providers.counts(one.author, height) })),
  }
  if (json) return [jsonLine(about)]
  return [
    `height    ${about.height}`,
    `root      ${about.root}`,
    `blobs     ${about.blobs}`,
    ...about.partitions.map(
      ({ number, fill, closed }) => `partition ${number}  ${fill} positions${closed ? ', closed' : ''}`,
    ),
    ...about.providers.map(({ author, counts, from, until }) => {
      return `provider  ${author}  ${counts ? 'counts' : 'does not count'}, by its record from ${from} to ${until - 1}`
    }),
  ]
}

/** Once all that the node has is in. */
async function withTable(
  context: CliContext,
  options: TableOptions,
  show: (service: TableService) => void,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const network = await readNetwork(options.network)
  const client = await openBitcoind(options, network, context)
  const inscriptions = new IndexService({
    client,
    params: network,
    state: settlementDir(options.settlementDir, network, context),
    once: true,
  })
  noteOutages(inscriptions.events, terminal.note)
  inscriptions.events.on('connected', ({ height }) => terminal.progress(`scanned ${height}`))
  const kernel = await openKernel()
  const state = storageDir(options, network, context)
  const service = new TableService({ inscriptions, client, params: storageParams(network), kernel, state })
  try {
    await inscriptions.start(signal)
    try {
      await service.start(signal)
      await service.caughtUp()
      terminal.settle()
      show(service)
      return EXIT.valid
    } finally {
      await service.stop()
      await inscriptions.stop()
    }
  } finally {
    client.close()
  }
}

function storageDir({ storageDir: given }: TableOptions, params: NetworkParams, { env }: CliContext): string {
  return given ?? storageFolder(dataHome(env), params)
}
