import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import type { Header } from '../header.ts'
import type { NetworkParams } from '../params/network-params.ts'
import type { BitcoindClient } from './client.ts'
import { BitcoindError, isTransient } from './errors.ts'
import { MAX_REST_HEADERS, type PlacedHeader } from './headers.ts'
import type { Tip } from './schemas.ts'
import { pause, TipWatch } from './tip-watch.ts'

/**
 * What happens to the chain, in order. `connected` and `disconnected` alone describe it completely: each connected
 * block follows the one the events before it ended in, each disconnected block is that one.
 */
export type BlockEvent =
  | ({ readonly type: 'connected' } & PlacedHeader)
  | ({ readonly type: 'disconnected' } & PlacedHeader)
  /** Everything the node has is told; the feed waits for news. Told again after an outage. */
  | { readonly type: 'tip'; readonly height: number; readonly hash: BlockHash }
  /** The node gives no answer for now; told once, and the feed keeps trying. */
  | { readonly type: 'unreachable'; readonly error: BitcoindError }
  /** It answers again, and is still on the right network. */
  | { readonly type: 'recovered' }

export interface BlockFeedOptions {
  /** Last block the consumer has; events continue after it. Without it they begin with the genesis block. */
  from?: Tip | undefined
  /** Checked at the start and again after every outage. */
  params?: NetworkParams | undefined
  /** Ends the iteration with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Between two questions to a node that cannot be waited on. */
  pollMs?: number | undefined
  /** First pause after a failure; doubled with each further one, up to 15 s. */
  backoffMs?: number | undefined
}

const POLL_MS = 1_000
const BACKOFF_MS = 250
const MAX_BACKOFF_MS = 15_000
/** Blocks kept in case a node forgets them; the others it still knows as stale. */
const RECENT = 256
/** A reorg between two requests makes answers that do not fit together; this often in a row it is not reorgs. */
const MAX_MISFITS = 8

/**
 * Follows a node's active chain through reorgs of any depth and through restarts of the node. Errors that may pass
 * become events; the others (credentials, garbage, another network) are thrown.
 *
 * Leave the loop, or abort the signal: while the feed waits for a block, only the signal ends it at once.
 *
 * @example
 * for await (const event of blockFeed(client, { params: regtest, signal })) {
 *   if (event.type === 'connected') console.log(event.height, toDisplay(event.hash))
 * }
 */
export async function* blockFeed(
  client: BitcoindClient,
  options: BlockFeedOptions = {},
): AsyncGenerator<BlockEvent, void> {
  const { params, signal } = options
  const feed = new Feed(client, options)
  let checked = params === undefined
  let outages = 0
  for (;;) {
    signal?.throwIfAborted()
    let events: readonly BlockEvent[]
    try {
      if (!checked && params !== undefined) await client.assertNetwork(params, { signal })
      checked = true
      events = await feed.advance()
    } catch (error) {
      if (signal?.aborted || !isTransient(error)) throw error
      if (outages === 0) yield { type: 'unreachable', error }
      await pause(Math.min((options.backoffMs ?? BACKOFF_MS) * 2 ** outages, MAX_BACKOFF_MS), signal)
      outages++
      checked = params === undefined
      feed.tellTipAgain()
      continue
    }
    if (outages > 0) yield { type: 'recovered' }
    outages = 0
    yield* events
  }
}

class Feed {
  readonly #client: BitcoindClient
  readonly #signal: AbortSignal | undefined
  readonly #watch: TipWatch
  #tip: Tip | undefined
  #recent: PlacedHeader[] = []
  #toldTip = false
  #misfits = 0

  constructor(client: BitcoindClient, { from, signal, pollMs }: BlockFeedOptions) {
    this.#client = client
    this.#signal = signal
    this.#tip = from
    this.#watch = new TipWatch(client, pollMs ?? POLL_MS)
  }

  /** The next events; none if nothing happened. Nothing of the state changes where it throws. */
  async advance(): Promise<readonly BlockEvent[]> {
    const options = { signal: this.#signal }
    const tip = this.#tip
    if (tip !== undefined) {
      const active = await this.#client.getBlockHash(tip.height, options)
      if (active === undefined || !sameHash(active, tip.hash)) return [await this.#disconnect(tip)]
    }
    const height = tip === undefined ? 0 : tip.height + 1
    const headers = await this.#client.getHeaders(height, MAX_REST_HEADERS, options)
    if (headers.length > 0) return this.#connect(headers)
    if (tip === undefined) return this.#misfit('it has no genesis block')
    if (this.#toldTip) {
      await this.#watch.changed(tip, this.#signal)
      return []
    }
    this.#toldTip = true
    return [{ type: 'tip', ...tip }]
  }

  /** Also makes the next turn an answer, not a wait: the end of an outage is to be told at once. */
  tellTipAgain(): void {
    this.#toldTip = false
  }

  #connect(headers: readonly PlacedHeader[]): readonly BlockEvent[] {
    const first = headers[0]
    if (this.#tip !== undefined && first !== undefined && !sameHash(first.header.prevHash, this.#tip.hash)) {
      return this.#misfit(`its header at height ${first.height} never follows ${toDisplay(this.#tip.hash)}`)
    }
    this.#moveTo(headers.at(-1))
    this.#recent = [...this.#recent, ...headers].slice(-RECENT)
    return headers.map((placed) => ({ type: 'connected', ...placed }))
  }

  /** No events: the chain changed between two questions, and the next turn sees the new one. */
  #misfit(found: string): readonly BlockEvent[] {
    if (++this.#misfits < MAX_MISFITS) return []
    throw garbage(found)
  }

  async #disconnect(tip: Tip): Promise<BlockEvent> {
    const options = { signal: this.#signal }
    const header = (await this.#client.getHeader(tip.hash, options)) ?? (await this.#remembered(tip))
    if (tip.height === 0) throw garbage('its genesis block is another than before')
    this.#recent.pop()
    this.#moveTo({ height: tip.height - 1, hash: header.prevHash })
    return { type: 'disconnected', height: tip.height, hash: tip.hash, header }
  }

  /**
   * A block the node has never seen, or has lost. Below that height it is merely behind: a killed node forgets its
   * last blocks and fetches them again, which is no reorg.
   */
  async #remembered(tip: Tip): Promise<Header> {
    const best = await this.#client.getBestBlock({ signal: this.#signal })
    const what = `block ${toDisplay(tip.hash)} at height ${tip.height}`
    if (best.height < tip.height) {
      const message = `The node is at height ${best.height} and does not know ${what} yet. Let it finish its sync.`
      throw new BitcoindError('E_NODE_BEHIND', message)
    }
    const recent = this.#recent.at(-1)
    if (recent !== undefined) return recent.header
    const cure = 'Continue from an earlier block, or ask the node that gave it.'
    throw new BitcoindError('E_NODE_UNKNOWN_BLOCK', `The node has never seen ${what}. ${cure}`)
  }

  #moveTo(tip: Tip | undefined): void {
    if (tip !== undefined) this.#tip = { height: tip.height, hash: tip.hash }
    this.#toldTip = false
    this.#misfits = 0
  }
}

function garbage(found: string): BitcoindError {
  return new BitcoindError('E_NODE_GARBAGE', `The node tells of an impossible chain: ${found}. Is it undamaged?`)
}
