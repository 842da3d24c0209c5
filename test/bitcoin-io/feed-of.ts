import {
  type BitcoindClient,
  type BlockEvent,
  ChainFeed,
  type ChainFeedOptions,
  type SubscribeOptions,
} from '../../src/bitcoin/io/index.ts'

/** A feed of its own for one subscriber; both end together. */
export async function* feedOf(
  client: BitcoindClient,
  { from, base, signal, ...options }: Omit<ChainFeedOptions, 'client'> & SubscribeOptions = {},
): AsyncGenerator<BlockEvent, void> {
  const feed = new ChainFeed({ client, ...options })
  // What it fails by, the subscription is told too.
  const started = feed.start().catch(() => undefined)
  try {
    yield* feed.subscribe({ from, base, signal })
  } finally {
    await feed.stop().catch(() => undefined)
    await started
  }
}
