import { setTimeout as delay } from 'node:timers/promises'
import {
  type BitcoindClient,
  BitcoindError,
  type BlockEvent,
  blockFeed,
  isTransient,
  type Tip,
} from '../../../bitcoin/io/index.ts'
import { fetchBlock } from './fetch-block.ts'
import type { IndexChange, InscriptionIndex } from './inscription-index.ts'

/** Between two tries to get a block from a node that does not answer. */
const RETRY_MS = 500

export type ScanEvent =
  | ({ readonly type: 'connected' | 'disconnected' } & IndexChange)
  /** All the node has is in. */
  | { readonly type: 'tip'; readonly tip: Tip }
  | { readonly type: 'unreachable'; readonly error: BitcoindError }
  | { readonly type: 'recovered' }

export interface ScanOptions {
  readonly client: BitcoindClient
  readonly index: InscriptionIndex
  readonly signal?: AbortSignal | undefined
  /** Where a new index begins; genesis unless given. */
  readonly startHeight?: number | undefined
}

/**
 * Brings the index to the node's tip and keeps it there: through reorgs, and from where it was left. Leave the loop at
 * an event `tip` for a single pass.
 *
 * @example
 * import { InscriptionIndex, BitcoindClient, openStore, regtest, scanChain } from 'wsc-bitcoin'
 *
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:9', auth: { kind: 'cookie', file: '.cookie' } })
 * const store = await openStore('scanned', 'index')
 * const events = scanChain({ client, index: await InscriptionIndex.open(store, regtest) })
 * const { value } = await events.next() // nothing listens at port 9
 * await events.return()
 * await store.close()
 * console.log(value?.type) // unreachable
 */
export async function* scanChain({
  client,
  index,
  signal,
  startHeight = 0,
}: ScanOptions): AsyncGenerator<ScanEvent, void> {
  if (index.tip === null && startHeight > 0) {
    const height = startHeight - 1
    const hash = await client.getBlockHash(height, { signal })
    if (hash === undefined) {
      const cure = 'Wait until the node has more blocks, or name an earlier --start-height.'
      throw new BitcoindError(
        'E_NODE_BEHIND',
        `The index is to begin at block ${startHeight}, above the node's tip. ${cure}`,
      )
    }
    await index.startAfter({ height, hash })
  }
  const from = index.tip ?? undefined
  for await (const event of blockFeed(client, { from, params: index.params, signal })) {
    yield await take(event, client, index, signal)
  }
}

async function take(
  event: BlockEvent,
  client: BitcoindClient,
  index: InscriptionIndex,
  signal?: AbortSignal,
): Promise<ScanEvent> {
  switch (event.type) {
    case 'connected': {
      const block = await patiently(() => fetchBlock(client, { ...event, params: index.params }, signal), signal)
      return { type: 'connected', ...(await index.connect(block, event.height)) }
    }
    case 'disconnected': {
      const previous = { height: event.height - 1, hash: event.header.prevHash }
      return { type: 'disconnected', ...(await index.disconnect(previous)) }
    }
    case 'tip':
      return { type: 'tip', tip: { height: event.height, hash: event.hash } }
    default:
      return event
  }
}

/** A node that restarts between telling of a block and giving it has it still; stale blocks are kept too. */
async function patiently<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      signal?.throwIfAborted()
      if (!isTransient(error)) throw error
      await delay(RETRY_MS, undefined, signal && { signal })
    }
  }
}
