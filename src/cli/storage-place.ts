import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { storageFolder } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import { addOptions, bitcoindOptions, shared } from './config.ts'
import type { CliContext } from './context.ts'
import { dataHome } from './places.ts'
import type { RpcOptions } from './source.ts'
import { addresses } from './storage-arguments.ts'
import { type StorageNetworkFlags, storageNetworkOptions } from './storage-network.ts'
import { settlementDirOption } from './wallet-place.ts'

/** Options of every command of storage that asks a node. */
export interface StorageOptions extends RpcOptions, StorageNetworkFlags {
  readonly storageDir?: string
  readonly peer?: readonly string[]
  readonly json?: boolean
}

/** Of those that look and end: they share one index of the chain with `wsc inscriptions`. */
export interface TableOptions extends StorageOptions {
  readonly settlementDir?: string
}

export const storageDirOption = () =>
  new Option(
    '--storage-dir <D>',
    'table, chunks, and the key that peers know it by (default: $XDG_DATA_HOME/wsc/<network>/storage)',
  ).env('WSC_STORAGE_DIR')

export const peerOption = () =>
  new Option('--peer <ADDRESS>', 'a peer to begin with, as /ip4/…/tcp/…; may be given again, or several by commas')
    .env('WSC_PEERS')
    .argParser(addresses)

/** Of a command that runs on. */
export function withStorage(command: Command): Command {
  return addOptions(command, ...bitcoindOptions(), ...storageNetworkOptions(), storageDirOption(), shared.json())
}

/** Of a command that looks and ends. */
export function withTableOptions(command: Command): Command {
  return addOptions(withStorage(command), settlementDirOption())
}

/** Where what storage keeps of a network lies. What runs on has a folder of its own, so that commands work beside it. */
export interface StoragePlaces {
  /** Of the table that commands look at. */
  readonly table: string
  readonly provider: string
  readonly gateway: string
  /** Content that is being put, and its signed records. */
  readonly put: string
  readonly seenNames: string
  /** Who kept what when it was asked. */
  readonly holders: string
  readonly observer: string
  /** What nodes that listen to wins know of partitions: a provider's, an observer's. */
  readonly estimates: readonly string[]
  /** The key that peers know a provider by. */
  readonly identity: string
}

export function storagePlaces(dir: string | undefined, params: NetworkParams, { env }: CliContext): StoragePlaces {
  const folder = dir ?? storageFolder(dataHome(env), params)
  return {
    table: folder,
    provider: join(folder, 'provider'),
    gateway: join(folder, 'gateway'),
    put: join(folder, 'put'),
    holders: join(folder, 'holders.json'),
    seenNames: join(folder, 'seen-names'),
    observer: join(folder, 'observer'),
    estimates: ['provider', 'observer'].map((node) => join(folder, node, 'sampling', 'estimates.json')),
    identity: join(folder, 'peer.json'),
  }
}
