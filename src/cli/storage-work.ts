import type { StorageParams } from '../../storage/index.ts'
import { meetHolders, openKernel, TableService, whereNobodyHolds } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import { whenFree } from '../lib/io/index.ts'
import { openStorageNode, type StorageNode, type StorageNodeOptions } from '../node/index.ts'
import { parseAddresses } from '../p2p/index.ts'
import { IndexService } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import { withCure } from './cure.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { noteOutages } from './outage.ts'
import { openBitcoind } from './source.ts'
import { readStorageNetwork } from './storage-network.ts'
import { type StorageOptions, type StoragePlaces, storagePlaces, type TableOptions } from './storage-place.ts'
import { noteScan } from './storage-scan.ts'
import { settlementDir } from './wallet-place.ts'

/** What a command works with beside the node's client. */
interface Opened {
  readonly params: NetworkParams
  /** The rules of storage on it. */
  readonly storage: StorageParams
  readonly client: BitcoindClient
  readonly places: StoragePlaces
}

/** With the table at the node's tip. */
export interface OpenedTable extends Opened {
  readonly service: TableService
  readonly inscriptions: IndexService
}

/** Does the work once all that the node has is in the table; nothing moves meanwhile. */
export async function withTable(
  context: CliContext,
  options: TableOptions,
  work: (opened: OpenedTable) => void | Promise<void>,
): Promise<ExitCode> {
  const { terminal, signal } = context
  await withClient(context, options, async (opened) => {
    const { client, params, storage, places } = opened
    const state = settlementDir(options.settlementDir, params, context)
    const inscriptions = new IndexService({ client, params, state, once: true })
    const kernel = await openKernel()
    const service = new TableService({ inscriptions, client, params: storage, kernel, state: places.table })
    noteScan(inscriptions, opened, context)
    noteOutages(inscriptions.events, terminal.note)
    const onWait = noteWait(context)
    await whenFree(() => inscriptions.start(signal), { onWait, signal })
    try {
      await whenFree(() => service.start(signal), { onWait, signal })
      await service.caughtUp()
      terminal.settle()
      await work({ ...opened, service, inscriptions })
    } finally {
      await service.stop()
      await inscriptions.stop()
    }
  })
  return EXIT.valid
}

/** With a node of storage that runs. */
export interface OpenedNode extends Opened {
  readonly node: StorageNode
}

/**
 * Does the work with a node of storage that runs, and ends it. `own` says what is this command's own; `listen` hears of it before
 * it starts, when nothing can have been told yet.
 */
export async function withStorageNode<Value>(
  context: CliContext,
  options: StorageOptions,
  own: (opened: Opened) => Omit<StorageNodeOptions, 'client' | 'params' | 'storage' | 'peers'>,
  work: (opened: OpenedNode) => Promise<Value>,
  listen: (node: StorageNode) => void = () => undefined,
): Promise<Value> {
  const { terminal, signal } = context
  parseAddresses(options.peer ?? [])
  return await withClient(context, options, async (opened) => {
    const { client, params, storage } = opened
    const node = await openStorageNode({ client, params, storage, peers: options.peer, ...own(opened) })
    noteScan(node.index, opened, context)
    noteOutages(node.feed.events, terminal.note)
    notePeers(node.host, context)
    listen(node)
    try {
      await node.service.start(signal)
      return await work({ ...opened, node })
    } finally {
      await node.service.stop()
    }
  })
}

/** That with the folder of the table, and the index that settlement keeps, of commands which keep nothing themselves. */
export async function withTableNode<Value>(
  context: CliContext,
  options: TableOptions,
  work: (opened: OpenedNode) => Promise<Value>,
): Promise<Value> {
  return await withStorageNode(context, options, tableFolders(context, options), work)
}

const tableFolders =
  (context: CliContext, options: TableOptions) =>
  ({ places, params }: Pick<Opened, 'places' | 'params'>) => ({
    folder: places.table,
    settlement: settlementDir(options.settlementDir, params, context),
  })

/**
 * That once all that the node has is in the table, and as many who hold something were met as peers are named. Since it only
 * looks, it waits for folders that another process works with.
 */
export async function withHolders<Value>(
  context: CliContext,
  options: TableOptions,
  work: (opened: OpenedNode) => Promise<Value>,
): Promise<Value> {
  const own = (opened: Opened) => ({ ...tableFolders(context, options)(opened), onWait: noteWait(context) })
  const onceMet = async (opened: OpenedNode) => {
    const { node } = opened
    await node.table.caughtUp()
    await meetHolders(node.host, Math.max(1, options.peer?.length ?? 0), context.signal)
    return await work(opened)
  }
  return await withStorageNode(context, options, own, onceMet, ({ host }) => noteStrangers(host, context))
}

/** Tells where no peer is, and what went wrong here with one. */
export function notePeers({ events }: StorageNode['host'], { terminal }: CliContext): void {
  events.on('unreachable', ({ address, detail }) => terminal.note(`no peer at ${address}: ${detail}`))
  events.on('failed', (error) => terminal.note(`a peer was not answered: ${withCure(error)}`))
}

/** Tells of peers that were named, are there, and give nothing that a provider of this network gives. */
export function noteStrangers(
  { events, wanted }: Pick<StorageNode['host'], 'events' | 'wanted'>,
  { terminal }: Pick<CliContext, 'terminal'>,
): void {
  const told = new Set<string>()
  events.on('unreachable', ({ address }) => told.add(address))
  whereNobodyHolds(wanted, (address) => {
    if (told.has(address)) return
    told.add(address)
    terminal.note(
      `the peer at ${address} provides nothing on this network: name one that does, or the same --network and --partition-bits`,
    )
  })
}

/** Tells what is waited for. */
const noteWait =
  ({ terminal }: CliContext) =>
  ({ message }: Error, seconds: number) =>
    terminal.note(`${message}: waiting for it, up to ${seconds} s`)

async function withClient<Value>(
  context: CliContext,
  options: StorageOptions,
  work: (opened: Opened) => Promise<Value>,
): Promise<Value> {
  const storage = await readStorageNetwork(options)
  const params = storage.network
  const client = await openBitcoind(options, params, context)
  try {
    return await work({ params, storage, client, places: storagePlaces(options.storageDir, params, context) })
  } finally {
    client.close()
  }
}
