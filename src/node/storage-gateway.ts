import {
  type GatewayOptions,
  type OpenGateway,
  openGateway,
  openKernel,
  PeerSource,
  TableService,
} from '../../storage/io/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import { together } from '../lib/index.ts'
import type { PeerHost } from '../p2p/index.ts'
import { IndexService } from '../settlement/io/index.ts'
import { openStorageNode } from './storage-node.ts'

export interface StorageGatewayOptions extends Omit<GatewayOptions, 'kernel' | 'view'> {
  /** Whose chain says what names and inscriptions mean; without it blobs are had by id alone. */
  readonly client?: BitcoindClient | undefined
  /** Multiaddrs of peers to begin with, who are asked for blobs too. What counts the node tells: without one, none is asked. */
  readonly peers?: readonly string[] | undefined
}

/** A gateway and what stands behind it; `service` is all of it. */
export interface StorageGateway extends OpenGateway {
  /** Null where there is no node. */
  readonly inscriptions: IndexService | null
  readonly table: TableService | null
  /** Null where no peers are asked. */
  readonly host: PeerHost | null
}

/** Composes a gateway with its view of the chain and its place among peers, not started yet. */
export async function openStorageGateway(options: StorageGatewayOptions): Promise<StorageGateway> {
  const { client, peers, params, state, sources = [] } = options
  if (client !== undefined && peers !== undefined) {
    const { network } = params
    const node = await openStorageNode({ client, params: network, storage: params, folder: state, peers })
    const { index: inscriptions, table, host, kernel } = node
    const source = new PeerSource({ transport: host, peers: host.partitions, table, kernel, params })
    const view = { inscriptions, table }
    const gateway = await openGateway({ ...options, kernel, view, sources: [...sources, source] })
    return { ...gateway, ...view, host, service: together([node.service, gateway.service]) }
  }
  const kernel = await openKernel()
  if (client === undefined) {
    return { ...(await openGateway({ ...options, kernel })), inscriptions: null, table: null, host: null }
  }
  const inscriptions = new IndexService({ client, params: params.network, state })
  const table = new TableService({ inscriptions, client, params, kernel, state })
  const view = { inscriptions, table }
  const gateway = await openGateway({ ...options, kernel, view })
  return { ...gateway, ...view, host: null, service: together([inscriptions, table, gateway.service]) }
}
