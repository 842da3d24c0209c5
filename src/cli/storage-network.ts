import type { Option } from 'commander'
import { type StorageParams, storageParams } from '../../storage/index.ts'
import { shared } from './config.ts'
import { readNetwork } from './inputs.ts'

/** The flags that say which storage network a command is of. */
export interface StorageNetworkFlags {
  readonly network?: string
  readonly partitionBits?: number
}

export const storageNetworkOptions = (): Option[] => [shared.network(), shared.partitionBits()]

/** Its rules, the network among them. */
export async function readStorageNetwork({ network, partitionBits }: StorageNetworkFlags): Promise<StorageParams> {
  return storageParams(await readNetwork(network), { partitionBits })
}
