import { join } from 'node:path'
import type { StorageParams } from '../../storage/index.ts'
import { TableService } from '../../storage/io/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import type { PeerTransport } from '../bus/index.ts'
import { LogStorage } from '../compute/io/index.ts'
import { type RunningService, together } from '../lib/index.ts'
import type { StorageKernel } from '../proving/index.ts'
import type { IndexService, InscriberService, Wallet } from '../settlement/io/index.ts'

/** What logs of results are stored by. */
export interface LogStorageOptions {
  readonly client: BitcoindClient
  readonly params: StorageParams
  readonly kernel: StorageKernel
  /** Started before this is, and by whoever made them. */
  readonly inscriptions: IndexService
  readonly inscriber: InscriberService
  /** By which providers are met. */
  readonly transport: PeerTransport
  /** Signs the records of the logs, and pays. */
  readonly wallet: Wallet
  /** Folder of the table and of logs; one process has it. */
  readonly folder: string
  readonly feeRate?: number | undefined
  /** Tells what storing costs, and leaves what was begun before as it is. */
  readonly onlyQuotes?: boolean | undefined
}

/** Composes what stores logs with a table of its own, not started yet. */
export function openLogStorage(options: LogStorageOptions): {
  readonly logs: LogStorage
  readonly service: RunningService
} {
  const { inscriptions, client, params, kernel, folder, inscriber, transport, wallet, feeRate, onlyQuotes } = options
  const table = new TableService({ inscriptions, client, params, kernel, state: join(folder, 'table') })
  const put = { table, inscriber, client, transport, wallet, kernel, params }
  const logs = new LogStorage({ put, folder: join(folder, 'logs'), feeRate, onlyQuotes })
  return { logs, service: together([table, logs]) }
}
