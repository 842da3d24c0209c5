import { toDisplay } from '../../../bitcoin/index.ts'
import type { ChainFeed, Tip } from '../../../bitcoin/io/index.ts'
import { orAborted } from '../../../lib/index.ts'
import type { Place } from '../../results/since.ts'
import type { ResultsService } from './results-service.ts'

export interface AtTipComponents {
  /** Started, and by whoever made it. */
  readonly results: Pick<ResultsService, 'events' | 'ended' | 'tip'>
  /** Of the same node. */
  readonly feed: Pick<ChainFeed, 'tip'>
}

/** What an index of results says once it is at this tip; null where the node's chain has moved on, of which the feed tells. */
export async function atTip<Found extends { readonly tip: Place }>(
  { results, feed }: AtTipComponents,
  tip: Tip,
  look: () => Promise<Found>,
  signal: AbortSignal,
): Promise<Found | null> {
  const hash = toDisplay(tip.hash)
  const ended = results.ended()
  // Heard by the race; where that is over before, by nobody.
  ended.catch(() => undefined)
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const off = results.events.on('tip', () => resolve())
    try {
      const found = await look()
      if (found.tip.hash === hash) return found
      if (toDisplay((await feed.tip(signal)).hash) !== hash) return null
      await orAborted(Promise.race([promise, ended.then(() => promise)]), signal)
    } finally {
      off()
    }
  }
}

/** Resolves once the index has all that the node has. */
export async function untilAtTip(components: AtTipComponents, signal: AbortSignal): Promise<void> {
  const { results, feed } = components
  const look = async () => ({ tip: await results.tip() })
  while ((await atTip(components, await feed.tip(signal), look, signal)) === null);
}
