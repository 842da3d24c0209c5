import { InvalidArgumentError } from 'commander'
import { IndexService } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import { readNetwork } from './inputs.ts'
import { noteOutages } from './outage.ts'
import { openBitcoind, type RpcOptions } from './source.ts'
import { settlementDir } from './wallet-place.ts'

/** Where the index of inscriptions is, and where a new one begins. */
export interface IndexOptions extends RpcOptions {
  readonly network?: string
  readonly settlementDir?: string
  readonly startHeight?: number
}

/** Does the work with an index that follows the node; `once` ends that at the tip. */
export async function withIndexService<T>(
  context: CliContext,
  options: IndexOptions,
  work: (service: IndexService) => Promise<T>,
  once = false,
): Promise<T> {
  const { terminal, signal } = context
  const { startHeight } = options
  const params = await readNetwork(options.network)
  const client = await openBitcoind(options, params, context)
  const state = settlementDir(options.settlementDir, params, context)
  const service = new IndexService({ client, params, state, startHeight, once })
  noteOutages(service.events, terminal.note)
  service.events.on('connected', ({ height }) => terminal.progress(`scanned ${height}`))
  if (once) service.events.on('tip', () => terminal.settle())
  try {
    await service.start(signal)
    try {
      return await work(service)
    } finally {
      await service.stop()
    }
  } finally {
    client.close()
  }
}

/** Option parser: a kind of record. */
export function recordKind(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(text)) throw new InvalidArgumentError('not a kind of record')
  return text
}
