import {
  abortedError,
  aFunction,
  anInteger,
  aTimerMs,
  delay,
  Emitter,
  type Events,
  having,
  isInterrupt,
  type OptionRules,
  optional,
  orAborted,
  Running,
  type RunningService,
  requireOptions,
  retry,
} from '../../lib/index.ts'
import type { BlockHash } from '../hash.ts'
import { networkParams } from '../option-rules.ts'
import type { NetworkParams } from '../params/network-params.ts'
import type { BlockEvent, Outage, SubscribeOptions } from './chain-event.ts'
import { type Ask, type ChainClient, ChainView } from './chain-view.ts'
import type { BitcoindClient } from './client.ts'
import { type BitcoindError, isTransient, outageOf } from './errors.ts'
import type { PlacedHeader } from './headers.ts'
import type { RpcOptions } from './json-rpc.ts'
import type { Tip } from './schemas.ts'
import { type FeedState, outageBy, subscription } from './subscription.ts'
import { TipWatch } from './tip-watch.ts'

/** Which bitcoind is watched, and how. */
export interface ChainFeedOptions {
  readonly client: ChainClient & Pick<BitcoindClient, 'assertNetwork' | 'call'>
  /** Checked at the start and again after every outage. */
  readonly params?: NetworkParams | undefined
  /** Milliseconds between two questions to a node that cannot be waited on. */
  readonly pollMs?: number | undefined
  /** Headers held of the chain, and as many of blocks that left it; 20,000 unless given. */
  readonly keep?: number | undefined
  /** First pause after a failure, milliseconds; doubled with each further one, up to 15 s. */
  readonly backoffMs?: number | undefined
}

const OPTIONS: OptionRules<ChainFeedOptions> = {
  client: having('a client of bitcoind', { getBestBlock: aFunction, getHeaders: aFunction, call: aFunction }),
  params: optional(networkParams),
  pollMs: optional(aTimerMs),
  keep: optional(anInteger(1, 1_000_000)),
  backoffMs: optional(aTimerMs),
}

/** What a feed tells beside its blocks. */
export interface ChainFeedEvents {
  /** bitcoind is of no use for now; told once, and again where it is for another reason. */
  readonly unreachable: Outage
  readonly recovered: Record<never, never>
}

const POLL_MS = 1_000
const BACKOFF_MS = 250
const MAX_BACKOFF_MS = 15_000

/**
 * The one watcher of a bitcoind in a process. It keeps a view of the active chain in step with the node, through reorgs
 * of any depth and through restarts, and tells any number of subscribers, each from a height of its own and at a pace of
 * its own. Whoever reads headers from it (it is a source of headers too) shares what was fetched: a header near the tip
 * is fetched and hashed once, whoever reads it how often.
 *
 * Errors that may pass are waited out without end, and told as events; the others (credentials, garbage, another
 * network) end the feed: `ended()` rejects, and so does what subscribers wait for.
 *
 * @example
 * const feed = new ChainFeed({ client, params: regtest })
 * await feed.start(signal)
 * for await (const event of feed.subscribe({ signal })) {
 *   if (event.type === 'connected') console.log(event.height, toDisplay(event.hash), event.reorg)
 * }
 * await feed.stop()
 */
export class ChainFeed implements RunningService {
  /** The node's chain changes: what does not fit together may do so at the next look. */
  readonly fixed = false
  readonly #options: ChainFeedOptions
  readonly #view: ChainView
  readonly #running = new Running()
  readonly #events = new Emitter<ChainFeedEvents>()
  readonly #state: FeedState
  #signal: AbortSignal | undefined
  /** Whether the node is to say first that it is on the right network. */
  #doubted: boolean
  /** Resolves, and is replaced, with any change of the state or the view. */
  #change = Promise.withResolvers<void>()

  constructor(options: ChainFeedOptions) {
    requireOptions('ChainFeed', options, OPTIONS)
    this.#options = options
    this.#doubted = options.params !== undefined
    const ask: Ask = (work) => this.#ask(work)
    const change = () => this.#change.promise
    this.#view = new ChainView(ask, change, options.keep)
    const isEnd = (error: unknown) => this.#signal !== undefined && isInterrupt(error, this.#signal)
    this.#state = { view: this.#view, ask, change, settled: false, outage: null, failure: null, over: false, isEnd }
  }

  get events(): Events<ChainFeedEvents> {
    return this.#events
  }

  /** Resolves once the node has answered, or is found to be of no use for now. */
  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin((either) => this.#run(either), signal)
    while (!this.#state.settled && this.#state.outage === null && !this.#state.over) await this.#change.promise
    if (this.#state.failure !== null) throw this.#state.failure.error
    signal?.throwIfAborted()
  }

  /** Subscriptions end; what the view holds can still be read. */
  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  /**
   * Events from a block on, for one subscriber. It asks for the next when it is done with the last: whoever is slow is
   * told later, never less, and keeps nobody waiting. Leave the loop, or abort the signal; it ends with the feed.
   */
  subscribe(options: SubscribeOptions = {}): AsyncGenerator<BlockEvent, void> {
    return subscription(this.#state, options)
  }

  /** The last tip seen; waits for the first. */
  async tip(signal?: AbortSignal): Promise<Tip> {
    return await this.#seen(signal)
  }

  async tipHeight(signal?: AbortSignal): Promise<number> {
    return (await this.#seen(signal)).height
  }

  /** Up to `count` headers from a height on; fewer at the tip, or where fewer are fetched at a time. */
  async headers(from: number, count: number, signal?: AbortSignal): Promise<readonly PlacedHeader[]> {
    await this.#seen(signal)
    return await orAborted(this.#view.headers(from, count), signal)
  }

  /** Null above the tip. */
  async hashAt(height: number, signal?: AbortSignal): Promise<BlockHash | null> {
    await this.#seen(signal)
    return await orAborted(this.#view.hashAt(height), signal)
  }

  async #seen(signal: AbortSignal | undefined): Promise<Tip> {
    for (;;) {
      if (this.#state.failure !== null) throw this.#state.failure.error
      // What is held can be read to the end.
      if (this.#view.tip !== undefined) return this.#view.tip
      if (this.#state.over) throw abortedError()
      await orAborted(this.#change.promise, signal)
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { client, pollMs = POLL_MS, backoffMs = BACKOFF_MS } = this.#options
    const watch = new TipWatch(client, pollMs)
    this.#signal = signal
    try {
      for (;;) {
        const moved = await this.#ask((asked, asking) => this.#view.update(asked, asking))
        this.#found()
        const news = moved || !this.#state.settled
        this.#state.settled = !moved
        if (news) this.#tell()
        const { tip } = this.#view
        if (moved || tip === undefined) continue
        try {
          await watch.changed(tip, signal)
        } catch (error) {
          if (signal.aborted || !isTransient(error)) throw error
          this.#lost(error)
          await delay(backoffMs, signal)
        }
      }
    } catch (error) {
      if (!isInterrupt(error, signal)) this.#state.failure = { error }
      throw error
    } finally {
      this.#state.over = true
      this.#tell()
    }
  }

  /** Asked until there is an answer, which ends an outage. */
  async #ask<T>(work: (client: ChainClient, options: RpcOptions) => Promise<T>): Promise<T> {
    const { client, params, backoffMs = BACKOFF_MS } = this.#options
    const signal = this.#signal
    if (signal === undefined) throw new Error('a feed is started before it is read')
    // What the client would wait for in silence is told at once.
    const asking = { signal, patienceMs: 0 }
    const attempt = async () => {
      if (this.#doubted && params !== undefined) await client.assertNetwork(params, asking)
      this.#doubted = false
      return await work(client, asking)
    }
    const answer = await retry(attempt, {
      isTransient,
      firstMs: backoffMs,
      mostMs: MAX_BACKOFF_MS,
      askedMs: (error) => Math.min((error as BitcoindError).askedMs ?? 0, MAX_BACKOFF_MS),
      onPause: (error) => this.#lost(error as BitcoindError),
      signal,
    })
    // A node that is behind answers: that it has caught up shows with the next update alone.
    if (outageOf(this.#state.outage) !== 'behind') this.#found()
    return answer
  }

  #found(): void {
    if (this.#state.outage === null) return
    this.#state.outage = null
    this.#events.emit('recovered', {})
    this.#tell()
  }

  #lost(error: BitcoindError): void {
    this.#doubted = this.#options.params !== undefined
    // What subscribers were told first stays; a node that is back and lags is another matter than one that is silent.
    if (this.#state.outage !== null && outageOf(this.#state.outage) === outageOf(error)) return
    this.#state.outage = error
    this.#events.emit('unreachable', outageBy(error))
    this.#tell()
  }

  #tell(): void {
    const { resolve } = this.#change
    this.#change = Promise.withResolvers<void>()
    resolve()
  }
}
