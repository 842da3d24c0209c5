import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { StorageParams } from '../../storage/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import { openStorageNode, type StorageNode, type StorageNodeOptions } from '../node/index.ts'
import { addOptions, bitcoindOptions, shared } from './config.ts'
import type { CliContext } from './context.ts'
import { withCure } from './cure.ts'
import { noteOutages } from './outage.ts'
import { dataHome } from './places.ts'
import { openBitcoind, type RpcOptions } from './source.ts'
import { readStorageNetwork, type StorageNetworkFlags, storageNetworkOptions } from './storage-network.ts'

/** Options of every command of storage. */
export interface StorageOptions extends RpcOptions, StorageNetworkFlags {
  readonly storageDir?: string
  readonly peer?: readonly string[]
  readonly json?: boolean
}

export const storageDirOption = () =>
  new Option(
    '--storage-dir <D>',
    'chunks, table and the peer’s identity (default: $XDG_DATA_HOME/wsc/<network>/storage)',
  ).env('WSC_STORAGE_DIR')

export const peerOption = () =>
  new Option('--peer <ADDRESS>', 'a peer to begin with, as /ip4/…/tcp/…; may be given again, or several by commas')
    .env('WSC_PEERS')
    .argParser(addresses)

export function withStorage(command: Command): Command {
  return addOptions(
    command,
    ...bitcoindOptions(),
    ...storageNetworkOptions(),
    storageDirOption(),
    peerOption(),
    shared.json(),
  )
}

/** Where what storage keeps of a network lies. */
export interface StoragePlaces {
  /** The state of a provider, and that of commands that end: each is used by one process. */
  readonly provider: string
  readonly client: string
  readonly identity: string
}

export function storagePlaces(dir: string | undefined, params: NetworkParams, { env }: CliContext): StoragePlaces {
  const folder = dir ?? join(dataHome(env), params.name, 'storage')
  return { provider: join(folder, 'provider'), client: join(folder, 'client'), identity: join(folder, 'peer.json') }
}

/** What a command works with. */
export interface OpenedStorage {
  readonly node: StorageNode
  readonly params: NetworkParams
  /** The rules of storage on it. */
  readonly storage: StorageParams
  readonly client: BitcoindClient
  readonly places: StoragePlaces
}

/** Does the work with a node of storage that runs, and ends it. `own` says what is this command's own. */
export async function withStorageNode<Value>(
  context: CliContext,
  options: StorageOptions,
  own: (places: StoragePlaces) => Omit<StorageNodeOptions, 'client' | 'params' | 'storage' | 'peers'>,
  work: (opened: OpenedStorage) => Promise<Value>,
): Promise<Value> {
  const { terminal, signal } = context
  const storage = await readStorageNetwork(options)
  const params = storage.network
  const client = await openBitcoind(options, params, context)
  try {
    const places = storagePlaces(options.storageDir, params, context)
    const node = await openStorageNode({ client, params, storage, peers: options.peer, ...own(places) })
    noteOutages(node.feed.events, terminal.note)
    node.host.events.on('unreachable', ({ address, detail }) => terminal.note(`no peer at ${address}: ${detail}`))
    node.host.events.on('failed', (error) => terminal.note(`a peer was not answered: ${withCure(error)}`))
    try {
      await node.service.start(signal)
      return await work({ node, params, storage, client, places })
    } finally {
      await node.service.stop()
    }
  } finally {
    client.close()
  }
}

/** Option parser: partitions, `0`, `0,2` or `0-3`. */
export function partitions(text: string): number[] {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^([0-9]{1,6})(?:-([0-9]{1,6}))?$/.exec(part)
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
    if (match === null || last < first || last - first > 1_000) {
      throw new InvalidArgumentError('write partitions as 0 or 0,2 or 0-3')
    }
    for (let partition = first; partition <= last; partition++) found.add(partition)
  }
  return [...found]
}

/** Option parser: bytes, also as 500MB or 20GB. */
export function byteCount(text: string): number {
  const match = /^([0-9]{1,12})(kB|MB|GB|TB)?$/.exec(text)
  if (match === null) throw new InvalidArgumentError('write bytes as 1000000, 500MB or 20GB')
  const scale = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[match[2] ?? ''] ?? 1
  return Number(match[1]) * scale
}

/** Option parser: one more address, or several by commas. */
export function addresses(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(',')]
}
