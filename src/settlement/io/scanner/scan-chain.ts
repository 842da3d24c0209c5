import type { Block } from '../../../bitcoin/index.ts'
import {
  type BitcoindClient,
  BitcoindError,
  type BitcoindErrorCode,
  type BlockEvent,
  type ChainFeed,
  isTransient,
  type Outage,
  outageOf,
  type Tip,
} from '../../../bitcoin/io/index.ts'
import { retry } from '../../../lib/index.ts'
import { whenRoom } from '../../../lib/io/index.ts'
import { fetchBlock } from './fetch-block.ts'
import type { IndexChange, InscriptionIndex } from './inscription-index.ts'

/** A block that the node told of and does not give is asked for so long, milliseconds, before that is told. */
const PATIENCE_MS = 2_000

/** What a feed ends with where the node's chain does not go on from the block that it was asked to begin at. */
const OF_ANOTHER_CHAIN: ReadonlySet<BitcoindErrorCode> = new Set(['E_NODE_RESET', 'E_NODE_UNKNOWN_BLOCK'])

/** What scanning a chain comes upon. */
export type ScanEvent =
  | ({ readonly type: 'connected' | 'disconnected' } & IndexChange)
  /** All the node has is in. */
  | { readonly type: 'tip'; readonly tip: Tip }
  | ({ readonly type: 'unreachable' } & Outage)
  | { readonly type: 'recovered' }

/** Which part of a chain is scanned. */
export interface ScanOptions {
  /** Gives the blocks. */
  readonly client: BitcoindClient
  /** Tells of them; started, and of the same node. */
  readonly feed: ChainFeed
  readonly index: InscriptionIndex
  readonly signal?: AbortSignal | undefined
  /** Where a new index begins; genesis unless given. */
  readonly startHeight?: number | undefined
  /** Where the disk is full: told so, it goes on as soon as there is room. It throws unless given. */
  onFull?: ((error: unknown) => void) | undefined
}

/**
 * Brings the index to the node's tip and keeps it there: through reorgs, and from where it was left. Leave the loop at
 * an event `tip` for a single pass.
 *
 * @example
 * import { BitcoindClient, ChainFeed, InscriptionIndex, openStore, regtest, scanChain } from 'wsc-bitcoin'
 *
 * const client = new BitcoindClient({ url: 'http://127.0.0.1:9', auth: { kind: 'cookie', file: '.cookie' } })
 * const feed = new ChainFeed({ client, params: regtest })
 * await feed.start()
 * const store = await openStore('scanned', 'index')
 * const events = scanChain({ client, feed, index: await InscriptionIndex.open(store, regtest) })
 * const { value } = await events.next() // nothing listens at port 9
 * await events.return()
 * await feed.stop()
 * await store.close()
 * console.log(value?.type) // unreachable
 */
export async function* scanChain({
  client,
  feed,
  index,
  signal,
  startHeight = 0,
  onFull,
}: ScanOptions): AsyncGenerator<ScanEvent, void> {
  if (index.tip === null && startHeight > 0) {
    const height = startHeight - 1
    const hash = await client.getBlockHash(height, { signal })
    if (hash === undefined) {
      const message = `The index is to begin at block ${startHeight}, above the node's tip.`
      throw new BitcoindError('E_NODE_BEHIND', message, { cure: { act: 'wait-or-earlier-start' } })
    }
    await index.startAfter({ height, hash })
  }
  const { tip, base } = index
  const told = feed.subscribe({ from: tip ?? undefined, base: base ?? undefined, signal })
  for await (const event of ofItsChain(told)) {
    const written = <T>(work: () => Promise<T>) => (onFull === undefined ? work() : whenRoom(work, { signal, onFull }))
    if (event.type === 'connected') yield* connect(event, { client, index, signal, written })
    else yield await take(event, index, written)
  }
}

/** What the feed tells. A block that the node tells of, and then does not give, says nothing against the index. */
async function* ofItsChain(events: AsyncGenerator<BlockEvent, void>): AsyncGenerator<BlockEvent, void> {
  try {
    yield* events
  } catch (error) {
    throw isOfAnotherChain(error) ? ofAnotherChain(error) : error
  }
}

/** Whether the node's chain is none that this index can be brought to. */
function isOfAnotherChain(error: unknown): error is BitcoindError {
  return error instanceof BitcoindError && OF_ANOTHER_CHAIN.has(error.code)
}

function ofAnotherChain(cause: BitcoindError): BitcoindError {
  return new BitcoindError(cause.code, cause.message, { cause, cure: { act: 'index-anew' } })
}

/** Does what writes to the index. */
type Writing = <T>(work: () => Promise<T>) => Promise<T>

/** A node that restarts between telling of a block and giving it has it still; stale blocks are kept too. */
async function* connect(
  event: BlockEvent & { readonly type: 'connected' },
  { client, index, signal, written }: Pick<ScanOptions, 'client' | 'index' | 'signal'> & { readonly written: Writing },
): AsyncGenerator<ScanEvent, void> {
  const pauses = { isTransient, firstMs: 250, mostMs: 1_000, withinMs: PATIENCE_MS, signal }
  let block: Block | undefined
  let out = false
  while (block === undefined) {
    try {
      block = await retry(() => fetchBlock(client, { ...event, params: index.params }, signal), pauses)
    } catch (error) {
      if (signal?.aborted || !isTransient(error)) throw error
      if (!out) yield { type: 'unreachable', state: outageOf(error) ?? 'silent', error }
      out = true
    }
  }
  if (out) yield { type: 'recovered' }
  const found = block
  yield { type: 'connected', ...(await written(() => index.connect(found, event.height))) }
}

async function take(
  event: Exclude<BlockEvent, { readonly type: 'connected' }>,
  index: InscriptionIndex,
  written: Writing,
): Promise<ScanEvent> {
  switch (event.type) {
    case 'disconnected': {
      const previous = { height: event.height - 1, hash: event.header.prevHash }
      return { type: 'disconnected', ...(await written(() => index.disconnect(previous))) }
    }
    case 'tip':
      return { type: 'tip', tip: { height: event.height, hash: event.hash } }
    default:
      return event
  }
}
