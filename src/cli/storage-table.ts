import { type Command, Option } from 'commander'
import { openKernel, storageFolder, TableService } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import { IndexService } from '../settlement/io/index.ts'
import { addOptions, bitcoindOptions, shared } from './config.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { noteOutages } from './outage.ts'
import { dataHome } from './places.ts'
import { openBitcoind, type RpcOptions } from './source.ts'
import { readStorageNetwork, type StorageNetworkFlags, storageNetworkOptions } from './storage-network.ts'
import { settlementDir, settlementDirOption } from './wallet-place.ts'

/** Of commands that read the table at a node's tip. */
export interface TableOptions extends RpcOptions, StorageNetworkFlags {
  readonly settlementDir?: string
  readonly storageDir?: string
  readonly json?: boolean
}

export const storageDirOption = () =>
  new Option(
    '--storage-dir <D>',
    'the table, and blobs that are served from here (default: $XDG_DATA_HOME/wsc/<network>/storage)',
  ).env('WSC_STORAGE_DIR')

export function withTableOptions(command: Command): Command {
  return addOptions(
    command,
    ...bitcoindOptions(),
    ...storageNetworkOptions(),
    settlementDirOption(),
    storageDirOption(),
    shared.json(),
  )
}

/** Once all that the node has is in. */
export async function withTable(
  context: CliContext,
  options: TableOptions,
  show: (service: TableService) => void | Promise<void>,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const params = await readStorageNetwork(options)
  const { network } = params
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
  const service = new TableService({ inscriptions, client, params, kernel, state })
  try {
    await inscriptions.start(signal)
    try {
      await service.start(signal)
      await service.caughtUp()
      terminal.settle()
      await show(service)
      return EXIT.valid
    } finally {
      await service.stop()
      await inscriptions.stop()
    }
  } finally {
    client.close()
  }
}

export function storageDir(
  { storageDir: given }: Pick<TableOptions, 'storageDir'>,
  params: NetworkParams,
  { env }: CliContext,
): string {
  return given ?? storageFolder(dataHome(env), params)
}
