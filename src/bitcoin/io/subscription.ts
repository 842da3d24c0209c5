import { orAborted } from '../../lib/index.ts'
import { ChainCursor } from './chain-cursor.ts'
import type { BlockEvent, Outage, SubscribeOptions } from './chain-event.ts'
import type { Ask, ChainView } from './chain-view.ts'
import { type BitcoindError, isTransient, outageOf } from './errors.ts'

/** What the subscriptions of a feed see of it. */
export interface FeedState {
  readonly view: ChainView
  readonly ask: Ask
  /** Resolves with the next change of anything here. */
  readonly change: () => Promise<void>
  /** The view holds everything the node had when it was last asked. */
  settled: boolean
  /** Why the node is of no use for now. */
  outage: BitcoindError | null
  /** What ended the feed, other than being asked to. */
  failure: { readonly error: unknown } | null
  over: boolean
  /** Whether an exception says no more than that the feed was asked to end. */
  readonly isEnd: (error: unknown) => boolean
}

/** Events from a block on: those of the subscriber's own place, and what becomes of the node. */
export async function* subscription(feed: FeedState, options: SubscribeOptions): AsyncGenerator<BlockEvent, void> {
  const { signal } = options
  const cursor = new ChainCursor(feed.view, feed.ask, options)
  /** What is out of reach: the node, or from it this subscriber's place alone. */
  let out: 'node' | 'place' | null = null
  let step: Promise<readonly BlockEvent[] | null> | null = null
  for (;;) {
    signal?.throwIfAborted()
    if (feed.failure !== null) throw feed.failure.error
    if (feed.over) return
    const change = feed.change()
    if (feed.outage !== null) {
      const { outage } = feed
      if (out === null) yield { type: 'unreachable', ...outageBy(outage) }
      if (out !== 'node') cursor.tellTipAgain()
      out = 'node'
      try {
        if (outageOf(outage) === 'behind') await orAborted(cursor.requireBase(), signal)
      } catch (error) {
        if (feed.isEnd(error)) return
        throw error
      }
      await orAborted(change, signal)
      continue
    }
    if (out === 'node') {
      out = null
      yield { type: 'recovered' }
      continue
    }
    if (feed.view.tip === undefined) {
      await orAborted(change, signal)
      continue
    }
    step ??= cursor.advance(feed.settled)
    let events: readonly BlockEvent[] | null | undefined
    try {
      events = await orAborted(Promise.race([step, change.then(() => undefined)]), signal)
    } catch (error) {
      step = null
      if (feed.isEnd(error)) return
      if (signal?.aborted || !isTransient(error)) throw error
      if (out === null) yield { type: 'unreachable', ...outageBy(error) }
      out = 'place'
      cursor.tellTipAgain()
      events = null
    }
    // The state changed first: the step goes on.
    if (events === undefined) continue
    step = null
    if (events === null) {
      await orAborted(change, signal)
      continue
    }
    if (out !== null) yield { type: 'recovered' }
    out = null
    yield* events
  }
}

export function outageBy(error: BitcoindError): Outage {
  return { state: outageOf(error) ?? 'silent', error }
}
